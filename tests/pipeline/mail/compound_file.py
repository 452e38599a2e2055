"""A writer of compound files (MS-CFB), just enough to make .msg files for tests."""

import struct

SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = dict[str, "bytes | Tree"]


def build(tree: Tree) -> bytes:
    """``tree`` as a compound file. Streams are padded to 4 KiB, so that none needs the mini stream."""
    entries: list[tuple[str, int, int, int, int, bytes]] = []
    _add(tree, "Root Entry", 5, entries)
    sectors: list[bytes] = []
    chains: list[tuple[int, int]] = []
    starts = []
    for entry in entries:
        content = entry[5].ljust(4096, b"\x00") if entry[1] == 2 else b""
        count = -(-len(content) // SECTOR)
        starts.append((len(sectors) if count else END, len(content)))
        chains.append((len(sectors), count))
        sectors += [content[at : at + SECTOR].ljust(SECTOR, b"\x00") for at in range(0, len(content), SECTOR)]
    directory = b"".join(_entry(entry, *start) for entry, start in zip(entries, starts, strict=True))
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\x00")
    first_directory = len(sectors)
    chains.append((first_directory, len(directory) // SECTOR))
    sectors += [directory[at : at + SECTOR] for at in range(0, len(directory), SECTOR)]
    fat = [FREE] * 128
    for start, count in chains:
        for number in range(start, start + count):
            fat[number] = number + 1 if number + 1 < start + count else END
    fat[len(sectors)] = FAT_SECTOR
    header = struct.pack("<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                         0, 1, first_directory, 0, 4096, END, 0, END, 0, len(sectors))  # fmt: skip
    return header.ljust(SECTOR, b"\xff") + b"".join(sectors) + struct.pack("<128I", *fat)


def _add(tree: Tree, name: str, kind: int, entries: list[tuple[str, int, int, int, int, bytes]]) -> int:
    """Put a storage and all in it among the entries; siblings hang in a chain to the right. Gives its number."""
    place = len(entries)
    entries.append((name, kind, 0, 0, 0, b""))
    numbers = []
    for child in sorted(tree, key=lambda text: (len(text), text.upper())):
        value = tree[child]
        if isinstance(value, bytes):
            numbers.append(len(entries))
            entries.append((child, 2, 0, FREE, FREE, value))
        else:
            numbers.append(_add(value, child, 1, entries))
    for number, right in zip(numbers, [*numbers[1:], FREE], strict=True):
        label, what, below, _, _, content = entries[number]
        entries[number] = (label, what, below, right, 0, content)
    entries[place] = (name, kind, numbers[0] if numbers else FREE, FREE, 0, b"")
    return place


def _entry(entry: tuple[str, int, int, int, int, bytes], start: int, size: int) -> bytes:
    name, kind, below, right, _, _ = entry
    spelled = name.encode("utf-16-le") + b"\x00\x00"
    child = below if kind in (1, 5) else FREE
    fields = struct.pack("<64sHBBIII16xI16xIQ", spelled, len(spelled), kind, 1, FREE, right, child, 0, start, size)
    return fields.ljust(128, b"\x00")
