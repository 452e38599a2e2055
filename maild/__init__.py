"""maild: the ground floor (domain, store, config, clock) and the roof (cli, app, web) of the order desk."""

__version__ = "0.1.0"
