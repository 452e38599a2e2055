"""The nouns of the order desk: frozen, slotted dataclasses without I/O.

Nothing here knows a table, a socket or the wall clock.
"""
