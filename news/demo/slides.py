"""Slides without a library: a PDF of one landscape page with a title, who spoke, and a few points."""

from textwrap import wrap

PAGE = (842, 595)  # A4 across, in points
LEFT = 72


def one_page_pdf(title: str, speaker: str, points: list[str], meta: str) -> bytes:
    """PDF 1.4 with the two base fonts every reader has (ISO 32000-1, 9.6.2.2). Text is Latin-1."""
    lines = [(40, line, "B") for line in wrap(title, 32, break_on_hyphens=False)]
    lines += [(18, "", "R"), (18, speaker, "R"), (18, "", "R")]
    for point in points:
        lines += [(20, line, "R") for line in wrap(f"- {point}", 66, subsequent_indent="  ")]
    content = _text(lines) + _line_of_text(LEFT, 48, 12, meta, "R")
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
            b" /Resources << /Font << /R 5 0 R /B 6 0 R >> >> >>" % PAGE,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            _font(b"Helvetica"),
            _font(b"Helvetica-Bold"),
            b"<< /Title (%s) /Author (%s) >>" % (_escaped(title), _escaped(speaker)),
        ]
    )


def _font(name: bytes) -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _text(lines: list[tuple[int, str, str]]) -> bytes:
    """Lines from the top down: (size, words, font)."""
    height = PAGE[1] - 96
    content = b"1 0.776 0.161 rg 72 540 24 24 re f 0.063 0.149 0.169 rg\n"
    for size, words, font in lines:
        content += _line_of_text(LEFT, height, size, words, font)
        height -= round(size * 1.25)
    return content


def _line_of_text(x: int, y: int, size: int, words: str, font: str) -> bytes:
    return b"BT /%s %d Tf %d %d Td (%s) Tj ET\n" % (font.encode(), size, x, y, _escaped(words))


def _escaped(words: str) -> bytes:
    raw = words.encode("cp1252", "replace")
    return raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _document(objects: list[bytes]) -> bytes:
    """Numbered objects, then the table of where each begins. The last one is the document's information."""
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(objects), len(out))
    )
