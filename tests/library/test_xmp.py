"""Words in XMP packets of all kinds of writers, and of none."""

from __future__ import annotations

import pytest

from studio.library.metadata.provenance import NOTHING, read
from studio.library.metadata.xmp import words

HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def packet(body: str) -> str:
    return f'{HEAD}{body}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'


TEA: dict[str, str] = {
    "attribute": f'<rdf:Description {DC} dc:description="tea"/>',
    "attribute in single quotes": f"<rdf:Description {DC} dc:description = 'tea' />",
    "attribute on a line of its own": f'<rdf:X\n {DC}\n\tdc:description="tea"\n></rdf:Description>',
    "element": f"<rdf:Description {DC}><dc:description>tea</dc:description></rdf:Description>",
    "alternatives": (
        f"<rdf:Description {DC}><dc:description><rdf:Alt>"
        '<rdf:li xml:lang="de">Tee</rdf:li><rdf:li xml:lang="x-default">tea</rdf:li>'
        "</rdf:Alt></dc:description></rdf:Description>"
    ),
    "alternatives without a language": (
        f"<rdf:Description {DC}><dc:description>\n <rdf:Alt>\n  <rdf:li>tea</rdf:li>\n </rdf:Alt>\n"
        "</dc:description></rdf:Description>"
    ),
    "another prefix": (
        '<rdf:Description xmlns:a="http://purl.org/dc/elements/1.1/" a:description="tea"/>'
    ),
    "another prefix of an element": (
        '<r:Description xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:a="http://purl.org/dc/elements/1.1/"><a:description><r:Alt><r:li>tea</r:li></r:Alt>'
        "</a:description></r:Description>"
    ),
    "the second description": (
        f'<rdf:Description rdf:about="" tiff:Orientation="1"/><rdf:Description {DC} '
        'dc:description="tea"/>'
    ),
    "in a section": (
        f"<rdf:Description {DC}><dc:description><![CDATA[tea]]></dc:description></rdf:Description>"
    ),
    "with a remark": (
        f"<!-- dc:description='coffee' --><rdf:Description {DC}><dc:description>te<!-- -->a"
        "</dc:description></rdf:Description>"
    ),
    "as a value": (
        f'<rdf:Description {DC}><dc:description rdf:parseType="Resource"><rdf:value>tea</rdf:value>'
        "<q>x</q></dc:description></rdf:Description>"
    ),
    "comment": (
        '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/"><exif:UserComment><rdf:Alt>'
        '<rdf:li xml:lang="x-default">tea</rdf:li></rdf:Alt></exif:UserComment></rdf:Description>'
    ),
    "prompt": '<rdf:Description Iptc4xmpExt:AIPromptInformation="tea"/>',
}


@pytest.mark.parametrize("name", TEA)
def test_a_prompt_is_found_in_every_form(name: str) -> None:
    assert read({"xmp": packet(TEA[name])}).prompt == "tea"


def test_signs_and_brackets_in_words_are_kept() -> None:
    body = f'<rdf:Description {DC} dc:description="a > b &lt; &quot;c&quot; &#x706f;&#10;d"/>'
    assert read({"xmp": packet(body)}).prompt == 'a > b < "c" \u706f\nd'


def test_draw_things_keeps_an_object_there() -> None:
    body = (
        "<rdf:Description xmp:CreatorTool='Draw Things'><exif:UserComment><rdf:Alt><rdf:li>"
        "{&quot;c&quot;:&quot;a fern&quot;,&quot;uc&quot;:&quot;bad&quot;,&quot;seed&quot;:7,"
        "&quot;model&quot;:&quot;m.ckpt&quot;,&quot;v2&quot;:{}}</rdf:li></rdf:Alt>"
        "</exif:UserComment><dc:description><rdf:Alt><rdf:li>a fern&#xA;-bad&#xA;Steps: 8, Seed: 7"
        "</rdf:li></rdf:Alt></dc:description></rdf:Description>"
    )
    found = read({"xmp": packet(body)})
    assert (found.tool, found.prompt, found.seed, found.model) == (
        "Draw Things", "a fern", 7, "m.ckpt",
    )  # fmt: skip


@pytest.mark.parametrize("broken", [
    "<dc:description>" * 50_000, "<dc:description><rdf:li" * 50_000, '<a "' * 100_000,
    "<a '\"" * 100_000, "<" * 300_000, "<!--" * 100_000, "<![CDATA[" * 100_000,
    '<a b="' + "x" * 500_000, "&amp" * 200_000, "<x:a xmlns:b='c' " * 50_000,
    "<dc:description>" + "<rdf:li>x</rdf:li>" * 50_000,
])  # fmt: skip
def test_what_is_no_packet_has_no_words(broken: str) -> None:
    assert words(broken) == {}
    assert read({"xmp": broken}) == NOTHING
