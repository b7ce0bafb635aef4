"""How the page looks: theme, style sheet and icon, with nothing that another host would have to send."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

STYLE = Path(__file__).with_name("chat.css")

# System fonts only: the fonts of Gradio's own themes are downloads.
THEME = gr.themes.Base(
    primary_hue="teal",
    neutral_hue="stone",
    radius_size="lg",
    font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
    font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
).set(body_background_fill="*neutral_50", body_background_fill_dark="*neutral_900")

# A line under the highlighter, as an SVG of two rectangles; `#` is written %23 in a data address.
_ICON = (
    "data:image/svg+xml,"
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
    "<rect width='16' height='16' rx='4' fill='%230f766e'/>"
    "<rect x='3' y='6' width='10' height='4' rx='1' fill='%23fde68a'/>"
    "</svg>"
)

HEAD = f'''
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{_ICON}">
'''
