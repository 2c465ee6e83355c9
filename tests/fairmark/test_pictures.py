"""Pictures become small and stay what they are; nothing else in a notebook is touched."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from fairmark import pictures


def png(mode: str = "RGBA", size: tuple[int, int] = (400, 300)) -> bytes:
    """Draw what a plot is made of: lines on white, with soft edges."""
    picture = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(picture)
    for number in range(20):
        draw.ellipse((number * 15, number * 10, number * 15 + 40, number * 10 + 40), outline="blue", width=3)
    smooth = picture.resize((size[0] // 2, size[1] // 2), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    smooth.save(written, "png")
    return written.getvalue()


def test_a_picture_takes_less_room_and_keeps_its_size():
    """Fewer bytes, the same width and height."""
    before = png()
    after = pictures.with_palette(before)
    assert len(after) < 0.7 * len(before)
    assert Image.open(io.BytesIO(after)).size == Image.open(io.BytesIO(before)).size


def test_what_one_can_see_through_becomes_white():
    """As a notebook shows it; without this it would turn black."""
    written = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(written, "png")
    assert Image.open(io.BytesIO(pictures.with_palette(written.getvalue()))).convert("RGB").getpixel((0, 0)) == (
        255,
        255,
        255,
    )


@pytest.mark.parametrize("around", ['<img alt="ž" src="data:image/png;base64,{}">', "{}{}"])
def test_only_embedded_pictures_are_rewritten(around: str, tmp_path: Path):
    """Text that merely looks like a picture stays, and so does everything around one."""
    text = around.replace("{}", base64.b64encode(png()).decode())
    file = tmp_path / "deep" / "a.ipynb"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    saved = pictures.shrink(tmp_path)
    assert len(text.encode()) - file.stat().st_size == saved
    assert (saved > 0) == ("data:image" in around)
    start, _, end = around.partition("{}")
    assert file.read_text(encoding="utf-8").startswith(start)
    assert file.read_text(encoding="utf-8").endswith(end.replace("{}", text[-20:]))


def test_doing_it_twice_changes_nothing_more(tmp_path: Path):
    """A release that is repeated gives the same bytes."""
    file = tmp_path / "a.ipynb"
    file.write_text(f"data:image/png;base64,{base64.b64encode(png()).decode()}", encoding="utf-8")
    pictures.shrink(tmp_path)
    before = file.read_bytes()
    assert pictures.shrink(tmp_path) == 0
    assert file.read_bytes() == before
