"""A drawing as a file of its own, which a browser moves and zooms."""

from importlib.resources import files

__all__ = ["standalone"]


def standalone(svg: str) -> str:
    """Give `svg` with a script: wheel to zoom, drag to move, double click to see all of it.

    Without scripts it is the picture that it was.
    """
    script = (files("litho.report") / "zoom.js.j2").read_text()
    picture, end = svg.rsplit("</svg>", 1)
    return f"{picture}<script><![CDATA[\n{script}]]></script>\n</svg>{end}"
