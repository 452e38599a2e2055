"""``python -m maild.demo``: the whole road on one machine, with sample orders, told line by line."""
