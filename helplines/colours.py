"""Contrast of colours as WCAG 2.2 defines it (relative luminance, section 1.4.3); colours are `#rrggbb`."""

import colorsys


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue as fractions of 1."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """0 for black to 1 for white."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(part) for part in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def nearest_readable(colour: str, ratio: float) -> str:
    """The same hue, darkened just until white letters on it reach this contrast."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*channels(colour))
    for step in range(101):
        parts = colorsys.hls_to_rgb(hue, lightness * (100 - step) / 100, saturation)
        candidate = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
        if contrast(candidate, "#ffffff") >= ratio:
            return candidate
    return "#000000"
