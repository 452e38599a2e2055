"""Reading a mail, bytes to meaning.

``headers`` and ``parts`` cut the raw bytes in linear time and within caps; ``words``, ``parameters``, ``transfer`` and
``charsets`` decode; ``content`` sorts text from attachments; ``authors`` says who wrote; ``kinds`` and ``bounces``
whether a person did; ``reply_text`` what of it is new. ``pipeline.mime`` puts them together.
"""
