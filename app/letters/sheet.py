"""Draws letters on sheets of A4: a grid of equal places with lines to cut along."""

import io
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

import segno
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import LAYOUTS, Layout, Letter, Sender

rl_config.useA85 = 0  # the file need not travel as seven-bit text
PLAIN, BOLD = "Letters", "Letters-Bold"
FONTS: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}  # every Latin letter, and more
WIDTH, HEIGHT = A4
LEADING: Final = 1.38  # line height, of the size of the words
GREY, DARK, CUT = 0.38, 0.08, 0.75
LOGO_HEIGHT: Final = 3.6  # of the size of the words
ELLIPSIS: Final = "…"
MASK: Final = 3  # of the code: any of the eight can be read; trying them all takes most of the time


def write_letters(letters: Iterable[Letter], sender: Sender, layout: str, title: str) -> bytes:
    """The PDF of these letters, in their order. Nothing of it is kept."""
    _fonts()
    grid, file = LAYOUTS[layout], io.BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor(sender.school)
    logo = ImageReader(io.BytesIO(sender.logo)) if sender.logo else None
    for at, letter in enumerate(letters):
        if at and at % grid.per_page == 0:
            canvas.showPage()
        if at % grid.per_page == 0:
            _cut_lines(canvas, grid)
        _Place(canvas, grid, at % grid.per_page).draw(letter, sender, logo)
    canvas.save()
    return file.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> None:
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(__file__).with_name("fonts") / file)))


def _cut_lines(canvas: Canvas, grid: Layout) -> None:
    canvas.setStrokeGray(CUT)
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 3)
    for row in range(1, grid.rows):
        canvas.line(0, HEIGHT * row / grid.rows, WIDTH, HEIGHT * row / grid.rows)
    for column in range(1, grid.columns):
        canvas.line(WIDTH * column / grid.columns, 0, WIDTH * column / grid.columns, HEIGHT)
    canvas.setDash()


class _Place:
    """One letter in its place on the sheet, written from the top down."""

    def __init__(self, canvas: Canvas, grid: Layout, index: int) -> None:
        self._canvas, self._grid = canvas, grid
        row, column = divmod(index, grid.columns)
        width, height = WIDTH / grid.columns, HEIGHT / grid.rows
        self._left = column * width + grid.margin
        self._width = width - 2 * grid.margin
        self._bottom = HEIGHT - (row + 1) * height + grid.margin
        self._y = HEIGHT - row * height - grid.margin
        self._size = grid.size

    def draw(self, letter: Letter, sender: Sender, logo: ImageReader | None) -> None:
        """The letter; what does not fit is cut off by an ellipsis, never laid over the next one."""
        self._head(letter, sender, logo)
        code = self._grid.qr if letter.link else 0
        narrow = self._width - (code + self._size if code else 0)
        air, most = self._grid.air, 1 if self._grid.is_brief else None
        self._lines([letter.heading], BOLD, self._size * 1.25, gap=0.5)
        for text in letter.opening[:most]:
            self._lines([text], PLAIN, self._size, gap=air)
        top = self._y
        for label, value in letter.rows:
            self._row(label, value, narrow)
        if letter.link:
            self._code(letter, top)
        self._y -= self._size * air
        for text in letter.closing[:most]:
            self._lines([text], PLAIN, self._size * 0.92, gap=air / 2, grey=GREY)

    def _head(self, letter: Letter, sender: Sender, logo: ImageReader | None) -> None:
        height = self._size * LOGO_HEIGHT
        shift = 0.0
        if logo is not None:
            wide, high = logo.getSize()
            shift = min(height * wide / high, self._width / 3)
            self._canvas.drawImage(
                logo, self._left, self._y - height, shift, height, preserveAspectRatio=True, anchor="nw", mask="auto"
            )
            shift += self._size
        self._put(sender.school, BOLD, self._size, shift, self._y - self._size, self._width - shift, DARK)
        whom = f"{letter.name} ({letter.group})" if letter.group else letter.name
        self._put(whom, PLAIN, self._size, shift, self._y - self._size * 2.4, self._width - shift, DARK)
        self._y -= height if logo is not None else self._size * 2.8
        self._y -= self._size * 1.1

    def _lines(self, texts: list[str], font: str, size: float, gap: float, grey: float = DARK) -> None:
        for text in texts:
            for line in simpleSplit(text, font, size, self._width):
                if self._y - size < self._bottom:
                    return
                self._put(line, font, size, 0, self._y - size, self._width, grey)
                self._y -= size * LEADING
        self._y -= size * gap

    def _row(self, label: str, value: str, width: float) -> None:
        """A label with below it what must be typed over, in bold."""
        for text, font, grey in ((label, PLAIN, GREY), (value, BOLD, DARK)):
            size = self._size * (0.88 if font == PLAIN else 1.08)
            if self._y - size < self._bottom:
                return
            self._put(text, font, size, 0, self._y - size, width, grey)
            self._y -= size * LEADING
        self._y -= self._size * 0.3

    def _code(self, letter: Letter, top: float) -> None:
        """The code to scan, at the right of the rows, with its words below it."""
        side, left = self._grid.qr, self._left + self._width - self._grid.qr
        dots = segno.make_qr(letter.link, error="m", mask=MASK)
        step = side / len(dots.matrix)
        self._canvas.saveState()
        self._canvas.translate(left, top)
        self._canvas.scale(step, -step)
        path = self._canvas.beginPath()
        for number, row in enumerate(dots.matrix):
            for start, length in _dark_runs(row):
                path.rect(start, number, length, 1)
        self._canvas.setFillGray(0)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()
        size = self._size * 0.8
        y = top - side - size * 1.2
        for line in simpleSplit(letter.scan, PLAIN, size, side)[:2]:
            self._put(line, PLAIN, size, self._width - side, y, side, GREY)
            y -= size * LEADING
        self._y = min(self._y, y)

    def _put(self, text: str, font: str, size: float, shift: float, y: float, width: float, grey: float) -> None:
        if pdfmetrics.stringWidth(text, font, size) > width:
            while text and pdfmetrics.stringWidth(text + ELLIPSIS, font, size) > width:
                text = text[:-1]
            text += ELLIPSIS
        self._canvas.setFillGray(grey)
        self._canvas.setFont(font, size)
        self._canvas.drawString(self._left + shift, y, text)


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(where it begins, how long it is) of each run of dark dots."""
    at = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            yield at, length
        at += length
