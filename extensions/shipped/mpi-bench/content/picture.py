"""The figures as a picture: three curves over the size of messages, each with a scale of its own. Both axes are
logarithmic."""

import math
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 480, 220, 80, 40, 70
CURVES = (("latency_us", "latency / µs", "#1f5fa8"), ("bandwidth_mbs", "bandwidth / (MB/s)", "#2a7f3f"),
          ("allreduce_us", "allreduce / µs", "#a8431f"))


def draw(measured: dict[str, Any]) -> str:
    nodes = measured["nodes"]
    title = f"MPI between {nodes[0]} and {nodes[-1]}; allreduce over {len(nodes)} nodes"
    total = TOP + len(CURVES) * (HEIGHT + GAP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 40} {total}" font-family="sans-serif" '
             f'font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>']
    for number, (key, words, colour) in enumerate(CURVES):
        parts += _curve(measured["rows"], key, words, colour, TOP + number * (HEIGHT + GAP))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _curve(all_rows: list[dict[str, Any]], key: str, words: str, colour: str, top: int) -> list[str]:
    rows = [row for row in all_rows if row[key] is not None]
    values = [max(float(row[key]), 1e-9) for row in rows]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    bottom = top + HEIGHT

    def across(index: int) -> float:
        return LEFT + WIDTH * index / max(1, len(rows) - 1)

    def up(power: float) -> float:
        return bottom - (HEIGHT - 20) * (power - low) / (high - low)

    parts = [f'<text x="{LEFT}" y="{top + 12}" fill="{colour}">{escape(words)}</text>']
    for power in range(low, high + 1):
        parts.append(f'<path d="M{LEFT} {up(power):.1f}h{WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up(power) + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for index, row in enumerate(rows):
        parts.append(f'<text x="{across(index):.1f}" y="{bottom + 18}" text-anchor="middle">{_size(int(row["bytes"]))}</text>')
    points = " ".join(f"{across(index):.1f},{up(math.log10(value)):.1f}" for index, value in enumerate(values))
    parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return parts


def _size(count: int) -> str:
    """4096 as 4K."""
    for unit, size in (("M", 1 << 20), ("K", 1 << 10)):
        if count >= size:
            return f"{count // size}{unit}"
    return str(count)
