"""Markdown to HTML: for news, which may hold anything, and for the manual, which is ours."""

import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.models.names import fold

# "commonmark" without html: what looks like a tag is shown as text. nh3 is the second lock (R64).
READER = MarkdownIt("commonmark", {"html": False}).enable("table")
TAGS = {"p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"} | {
    "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"
}  # fmt: skip
LOWER = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}  # h1 is the title of the page


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text: what it says, its address in the page, and its depth (2 is a chapter)."""

    text: str
    anchor: str
    depth: int


def safe_html(markdown: str) -> Markup:
    """News as HTML: headings, lists, links, tables; no pictures, no tags of its own, links only to web and mail."""
    tokens = READER.parse(markdown)
    for token in tokens:
        token.tag = LOWER.get(token.tag, token.tag)
    html = nh3.clean(
        READER.renderer.render(tokens, READER.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(html)  # noqa: S704 (the one place where cleaned HTML becomes markup)


def chapter_html(markdown: str) -> tuple[Markup, list[Heading]]:
    """A chapter of our own manual as HTML, every heading with an anchor, and the headings for the contents."""
    tokens = READER.parse(markdown)
    headings = []
    for at, token in enumerate(tokens):
        token.tag = LOWER.get(token.tag, token.tag)
        if token.type == "heading_open":
            text = tokens[at + 1].content
            headings.append(Heading(text, anchor_of(text), int(token.tag[1])))
            token.attrSet("id", headings[-1].anchor)
        if token.type == "table_open":
            token.attrSet("class", "table")
    return Markup(READER.renderer.render(tokens, READER.options, {})), headings  # noqa: S704


def anchor_of(heading: str) -> str:
    """'Accounts maken en beheren' -> 'accounts-maken-en-beheren'."""
    return re.sub(r"[^a-z0-9]+", "-", fold(heading)).strip("-")
