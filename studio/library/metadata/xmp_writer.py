"""XMP packets for copies of pictures, as image editors read them.

See ISO 16684-1, section 7.9, and IPTC Photo Metadata 2025.1 for the properties about AI.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

_SPACES: Final = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "gridbrush": "urn:gridbrush:ns:1.0#",
}
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not allow."""

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END: Final = '\n<?xpacket end="w"?>'


def alternative(text: str) -> str:
    """An XMP value: a language alternative with one text."""
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{_escaped(text)}</rdf:li></rdf:Alt>'


def bag(texts: Sequence[str]) -> str:
    """An XMP value: an unordered list of texts."""
    return f"<rdf:Bag>{''.join(f'<rdf:li>{_escaped(one)}</rdf:li>' for one in texts)}</rdf:Bag>"


def simple(text: str) -> str:
    """An XMP value: a simple text."""
    return _escaped(text)


def packet(properties: Sequence[tuple[str, str]]) -> str:
    """A packet with these properties: names such as "dc:title", values made by this module."""
    used = {name.partition(":")[0] for name, _value in properties}
    spaces = "".join(f' xmlns:{one}="{uri}"' for one, uri in _SPACES.items() if one in used)
    body = "\n".join(f"   <{name}>{value}</{name}>" for name, value in properties)
    return (
        f'{_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f'  <rdf:Description rdf:about=""{spaces}>\n{body}\n  </rdf:Description>\n'
        f" </rdf:RDF>\n</x:xmpmeta>{_END}"
    )


def _escaped(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text))
