"""``maild doctor``: the surroundings of a desk, one finding each, with what to do about it. Nothing is changed."""
