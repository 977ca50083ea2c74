"""Names of elements: tag paths with private creators (as in ``model.ElementRow``).

What belongs here: naming elements of one data set in order. What does not: finding them (``structure``).
"""

from __future__ import annotations

from deid_pipeline.dicom.structure import PRIVATE, Buffer, Element, tag_text
from deid_pipeline.dicom.values import element_bytes


def element_name(prefix: str, tag: int, creator: str) -> str:
    """The tag path of an element behind that of its item; ``creator`` is empty for what is not in a private block."""
    if not creator:
        return prefix + tag_text(tag)
    return f'{prefix}({tag >> 16:04x},"{creator}",{tag & 0xFF:02x})'


class PathNamer:
    """Names the elements of one data set, given in file order: creators come before their blocks."""

    def __init__(self, buffer: Buffer, prefix: str) -> None:
        self._buffer = buffer
        self._prefix = prefix
        self._creators: dict[int, str] = {}  # (group << 16) | block -> creator

    def name(self, element: Element) -> str:
        """The tag path of an element: ``(gggg,eeee)``, or ``(gggg,"CREATOR",ee)`` for a private one."""
        return element_name(self._prefix, element.tag, self.creator(element) if element.tag & PRIVATE else "")

    def creator(self, element: Element) -> str:
        """The private creator of an element (PS3.5 7.8.1), empty for public elements and for creators themselves."""
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if not element.tag & PRIVATE:
            return ""
        if 0x10 <= number <= 0xFF:
            if element.items is None:
                text = element_bytes(self._buffer, element).decode("latin-1").strip("\0 ")
                self._creators[group << 16 | number] = text
            return ""
        return self._creators.get(group << 16 | number >> 8, "")
