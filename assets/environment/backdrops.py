"""Drawings of what stands behind people: walls, rooms, streets, leaves, crowds. (size, size, 3), linear RGB.

A drawing is the raw scene: sharp, in colours of its own, lights brighter than 1. `background` grades and
blurs it. A portrait sees some 10 to 30 degrees, so a scene is a few large things, not a whole place.
"""

from __future__ import annotations

import colorsys
import string

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

OVERSAMPLING = 2  # shapes are drawn larger and shrunk: smooth edges


class Canvas:
    """A picture to draw shapes on, in fractions of its side; linear RGB; glow multiplies light."""

    def __init__(self, size, colour):
        self.size, self.side = size, size * OVERSAMPLING
        self.colour = Image.new("RGB", (self.side, self.side), _code(colour))
        self.glow = Image.new("L", (self.side, self.side), 0)
        self._hands = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.glow)

    def _draw(self, shape, corners, colour, glow, **more):
        scaled = [tuple(float(v) * self.side for v in corner) for corner in corners]
        for hand, fill in zip(self._hands, (_code(colour), int(glow * 255)), strict=True):
            getattr(hand, shape)(scaled, fill=fill, **more)

    def box(self, x, y, width, height, colour, glow=0.0):
        self._draw("rectangle", [(x, y), (x + max(width, 0), y + max(height, 0))], colour, glow)

    def oval(self, x, y, rx, ry, colour, glow=0.0):
        self._draw("ellipse", [(x - rx, y - ry), (x + rx, y + ry)], colour, glow)

    def polygon(self, corners, colour, glow=0.0):
        self._draw("polygon", corners, colour, glow)

    def text(self, x, y, word, height, colour):
        font = ImageFont.load_default(size=max(height * self.side, 6))
        self._hands[0].text((x * self.side, y * self.side), word, fill=_code(colour), font=font)
        return self._hands[0].textlength(word, font=font) / self.side

    def turned(self, degrees):
        """Rotate what was drawn, from the middle; corners are filled from inside."""
        scale = 1 + abs(np.sin(np.radians(2 * degrees)))
        inner = int(self.side / scale)
        low = (self.side - inner) // 2
        for name in ("colour", "glow"):
            picture = getattr(self, name).rotate(degrees, Image.Resampling.BILINEAR)
            picture = picture.crop((low, low, low + inner, low + inner)).resize((self.side, self.side))
            setattr(self, name, picture)
        return self

    def light(self):
        """(size, size, 3) float64, linear RGB."""
        small = self.size, self.size
        colour = np.asarray(self.colour.resize(small, Image.Resampling.BOX), np.float64) / 255
        glow = np.asarray(self.glow.resize(small, Image.Resampling.BOX), np.float64) / 255
        return colour**2.2 * (1 + 7 * glow[..., None])


def _code(colour):
    return tuple(int(np.clip(c, 0, 1) ** (1 / 2.2) * 255) for c in colour)


def coordinates(size):
    """y and x of the pixel centres, each (size, size) in [0, 1]."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    return y, x


# Hues of walls, wood, stone, cloth and signs: (chance, mean, spread) in turns. Plain greens and magentas are
# seldom built.
HUES = (
    (0.42, 0.08, 0.025),  # wood, beige, brown
    (0.25, 0.60, 0.035),  # blue
    (0.11, 0.00, 0.020),  # red
    (0.08, 0.13, 0.020),  # yellow
    (0.06, 0.50, 0.030),  # teal
    (0.04, 0.33, 0.050),  # green
    (0.04, 0.78, 0.060),  # purple
)


def hue(rng):
    """A hue in [0, 1) as built things have it."""
    row = np.searchsorted(np.cumsum([h[0] for h in HUES]), rng.random() * sum(h[0] for h in HUES))
    _, mean, spread = HUES[min(int(row), len(HUES) - 1)]
    return float(rng.normal(mean, spread) % 1)


def paint(rng, saturation=1.0, low=0.03, high=0.8):
    """A colour of built things, mostly dull. Linear RGB."""
    s = min(1.0, rng.beta(1.1, 2.2) * saturation)
    return colorsys.hsv_to_rgb(hue(rng), s, low + (high - low) * rng.random() ** 1.4)


def mottle(rng, size, slope=1.0):
    """Noise with a 1/f^slope spectrum, unit variance, (size, size): plaster, cloud, uneven light."""
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    f = np.maximum(np.hypot(fy, fx), 1 / size)
    wave = np.fft.rfft2(rng.standard_normal((size, size))) / f**slope
    wave[0, 0] = 0
    noise = np.fft.irfft2(wave, (size, size))
    return noise / noise.std()


def uneven(rng, size, depth=0.5):
    """Light that falls off across a wall: (size, size, 1), about 1."""
    y, x = coordinates(size)
    a = rng.uniform(0, 2 * np.pi)
    ramp = (x - 0.5) * np.cos(a) + (y - 0.5) * np.sin(a)
    spot = np.exp(-((x - rng.uniform(-0.2, 1.2)) ** 2 + (y - rng.uniform(-0.2, 1.2)) ** 2) / 0.25)
    return (1 + depth * (ramp + rng.uniform(0, 1) * (spot - 0.4)))[..., None].clip(0.05)


def plain(rng, size):
    """Studio paper or a painted wall: one colour, light that falls off, a little texture."""
    colour = np.array(paint(rng, 1.1, 0.1))
    return colour * uneven(rng, size, rng.uniform(0.1, 1.4)) * (1 + 0.02 * mottle(rng, size, 1.2))[..., None]


def gradient(rng, size):
    y, x = coordinates(size)
    a = rng.uniform(0, 2 * np.pi)
    share = np.clip(((x - 0.5) * np.cos(a) + (y - 0.5) * np.sin(a)) * rng.uniform(0.7, 2.5) + 0.5, 0, 1)
    first, second = np.array(paint(rng)), np.array(paint(rng))
    return first + share[..., None] * (second - first)


def blobs(rng, size):
    """Surroundings far out of focus: soft patches of several colours."""
    picture = np.ones((size, size, 3)) * paint(rng, 0.8)
    for _ in range(int(rng.integers(3, 9))):
        share = np.clip(mottle(rng, size, rng.uniform(1.4, 2.2)) - rng.uniform(0.2, 1.2), 0, 1)[..., None]
        picture = picture + share * (np.array(paint(rng, 1.4)) - picture)
    return picture


def bokeh(rng, size):
    """Lights at night as discs of one size."""
    canvas = Canvas(size, paint(rng, 1.0, 0.01, 0.12))
    for _ in range(int(rng.integers(2, 7))):
        x, y, w, h = rng.uniform(-0.2, 1, 2).tolist() + rng.uniform(0.1, 0.6, 2).tolist()
        canvas.box(x, y, w, h, paint(rng, 1.0, 0.01, 0.2))
    picture = ndimage.gaussian_filter(canvas.light(), (size / 18, size / 18, 0))
    y, x = coordinates(size)
    radius = rng.uniform(0.012, 0.05)
    for _ in range(int(rng.integers(12, 60))):
        cx, cy = rng.uniform(-0.05, 1.05, 2)
        disc = np.clip((radius - np.hypot(x - cx, y - cy)) * size / 2, 0, 1)
        colour = np.array([1.0, rng.uniform(0.5, 1), rng.uniform(0.2, 1)]) * rng.uniform(0.1, 1.2)
        picture = picture + disc[..., None] * colour
    return picture


def wall(rng, size):
    """Panels, bricks, planks, curtain folds or plaster."""
    y, x = coordinates(size)
    base, joint = np.array(paint(rng, 1.0, 0.1)), rng.uniform(0.3, 1.5)
    grain = mottle(rng, size, 1.0)
    kind = rng.integers(5)
    share = np.zeros((size, size))
    tone = np.ones((size, size))
    if kind == 0:
        across, down = rng.uniform(1, 5, 2)
        share = np.maximum((x * across % 1) < 0.03 * across / 2, (y * down % 1) < 0.03 * down / 2) * 1.0
    elif kind == 1:
        rows = rng.uniform(6, 20)
        row, column = np.floor(y * rows), x * rows / 2.6 + 0.5 * (np.floor(y * rows) % 2)
        share = ((column % 1 < 0.05) | ((y * rows) % 1 < 0.12)) * 1.0
        tone = 1 + 0.35 * (np.sin(row * 12.99 + np.floor(column) * 78.23) * 43758.5 % 1 - 0.5)
    elif kind == 2:
        planks = rng.uniform(3, 12)
        tone = 1 + 0.3 * (np.sin(np.floor(x * planks) * 12.99) * 43758.5 % 1 - 0.5)
        share = ((x * planks) % 1 < 0.04) * 1.0
        grain = ndimage.gaussian_filter1d(grain, size / 20, axis=0)
        grain = grain / grain.std()
    elif kind == 3:
        bend = rng.uniform(15, 60) * (x + 0.01 * mottle(rng, size, 2.0).cumsum(0) / size)
        tone = 1 + rng.uniform(0.2, 0.5) * np.sin(bend + 2 * np.sin(x * rng.uniform(3, 9)))
    picture = base * (tone * (1 + 0.06 * grain))[..., None]
    return (picture + share[..., None] * (base * joint - picture)) * uneven(rng, size, 0.6)


def text_wall(rng, size):
    """Rows of made-up names and marks, as behind people at press events."""
    ground, ink = paint(rng, 1.5), paint(rng, 1.8)
    if abs(sum(ground) - sum(ink)) < 0.5:  # a wall that cannot be read is no wall
        ink = (0.85, 0.85, 0.85) if sum(ground) < 1.2 else (0.02, 0.02, 0.05)
    second_ink = ink if rng.random() < 0.6 else paint(rng, 2.0)
    canvas = Canvas(size, ground)
    words = ["".join(rng.choice(list(string.ascii_letters), rng.integers(2, 8))) for _ in range(3)]
    height = float(np.exp(rng.uniform(np.log(0.04), np.log(0.26))))
    y, row = -float(rng.uniform(0, height)), 0
    gap = rng.uniform(1.6, 3.2)
    while y < 1:
        x, k = -float(rng.uniform(0, 0.4)), row
        while x < 1:
            colour = ink if k % 2 else second_ink
            if k % 3 == 2:
                canvas.oval(x + height / 2, y + height / 2, height / 2, height / 2, colour)
                canvas.oval(x + height / 2, y + height / 2, height / 4, height / 4, ground)
                x += height
            else:
                x += canvas.text(x, y, words[k % 3], height, colour)
            x += height * rng.uniform(0.8, 1.8)
            k += 1
        y += height * gap
        row += 1
    return canvas.turned(rng.normal(0, 3)).light() * uneven(rng, size, 0.5)


def foliage(rng, size):
    """Leaves in sun and shade, gaps of sky."""
    canvas = Canvas(size, paint(rng, 0.8, 0.02, 0.12))
    green, scale = rng.uniform(0.16, 0.36), float(np.exp(rng.uniform(np.log(0.008), np.log(0.05))))
    light = mottle(rng, 64, 1.6)
    count = int(min(900, 0.9 / scale**1.5))
    for _ in range(count):
        x, y = rng.uniform(-0.05, 1.05, 2)
        lit = light[int(np.clip(y * 63, 0, 63)), int(np.clip(x * 63, 0, 63))]
        value = np.clip(0.10 + 0.09 * lit + rng.normal(0, 0.04), 0.01, 0.6)
        colour = colorsys.hsv_to_rgb(green + rng.normal(0, 0.03), rng.uniform(0.3, 0.8), value)
        canvas.oval(x, y, scale * rng.uniform(0.4, 1.4), scale * rng.uniform(0.4, 1.2), colour)
    for _ in range(int(rng.integers(0, 40))):
        x, y = rng.uniform(0, 1), rng.uniform(0, 1) ** 1.7
        canvas.oval(x, y, scale * rng.uniform(0.2, 1), scale * rng.uniform(0.2, 1), (0.8, 0.9, 1.0), 0.1)
    for _ in range(int(rng.integers(0, 4))):
        x = rng.uniform(0, 1)
        lean = rng.normal(0, 0.1)
        width = rng.uniform(0.01, 0.08)
        bark = paint(rng, 0.5, 0.02, 0.15)
        canvas.polygon([(x, 1.1), (x + width, 1.1), (x + width + lean, -0.1), (x + lean, -0.1)], bark)
    return canvas.light()


def sky(rng, size):
    """Sky with clouds, now and then land or sea below."""
    y, _ = coordinates(size)
    deep = np.array(
        colorsys.hsv_to_rgb(rng.normal(0.58, 0.03), rng.uniform(0.05, 0.75), rng.uniform(0.3, 0.9))
    )
    picture = deep + (y * rng.uniform(0.3, 0.9))[..., None] * (np.array([0.95, 0.93, 0.9]) - deep)
    cloud = np.clip(mottle(rng, size, 1.6) - rng.uniform(-0.5, 1.5), 0, 1)[..., None]
    picture = picture + 0.9 * cloud * (np.array([1.0, 0.99, 0.97]) - picture)
    if rng.random() < 0.6:
        line = rng.uniform(0.35, 1.0) + 0.02 * mottle(rng, size, 1.5)[:1] * rng.integers(0, 2)
        land = np.array(paint(rng, 1.0, 0.03, 0.35)) * (1 + 0.25 * mottle(rng, size, 0.8))[..., None]
        picture = np.where((y > line)[..., None], land, picture)
    return picture


def room(rng, size):
    """An indoor wall with what stands at it: doors, pictures, shelves, a curtain, a lamp, a window."""
    canvas = Canvas(size, paint(rng, 0.7, 0.15))
    for _ in range(int(rng.integers(1, 4))):  # door frames, cupboards, corners of the room
        x, w = rng.uniform(-0.3, 1), rng.uniform(0.1, 0.6)
        canvas.box(x, rng.choice([-0.1, rng.uniform(0.0, 0.7)]), w, 2, paint(rng, 0.9))
        canvas.box(x + w * 0.94, -0.1, w * 0.06, 2, paint(rng, 0.4))
    for _ in range(int(rng.integers(0, 3))):
        x, y, w, h = (
            rng.uniform(-0.1, 1),
            rng.uniform(-0.1, 0.7),
            rng.uniform(0.1, 0.4),
            rng.uniform(0.1, 0.4),
        )
        canvas.box(x, y, w, h, paint(rng, 0.4))
        canvas.box(x + 0.015, y + 0.015, w - 0.03, h - 0.03, paint(rng, 1.5))
    if rng.random() < 0.35:
        _shelves(rng, canvas)
    if rng.random() < 0.4:
        _window(rng, canvas)
    for _ in range(int(rng.integers(0, 3))):
        x, y, r = rng.uniform(0, 1), rng.uniform(0, 0.6), rng.uniform(0.01, 0.07)
        canvas.oval(x, y, r, r * rng.uniform(0.6, 1.5), (1.0, 0.85, 0.6), rng.uniform(0.1, 0.8))
    return canvas.light() * uneven(rng, size, 0.8) * (1 + 0.03 * mottle(rng, size))[..., None]


def _shelves(rng, canvas):
    x0, x1 = np.sort(rng.uniform(-0.2, 1.2, 2))
    y, step = rng.uniform(-0.2, 0.1), rng.uniform(0.14, 0.35)
    while y < 1:
        canvas.box(x0, y, x1 - x0, step, paint(rng, 0.5, 0.01, 0.15))
        x = x0
        while x < x1:
            w, h = step * rng.uniform(0.05, 0.22), step * rng.uniform(0.5, 0.9)
            canvas.box(x, y + step - h, w, h, paint(rng, 1.6))
            x += w * rng.uniform(1, 1.4)
        y += step


def _window(rng, canvas):
    x, y = rng.uniform(-0.2, 0.8), rng.uniform(-0.3, 0.3)
    w, h = rng.uniform(0.2, 0.7), rng.uniform(0.4, 1.2)
    canvas.box(x, y, w, h, (0.75, 0.85, 1.0), rng.uniform(0.0, 0.5))
    frame = paint(rng, 0.3)
    for k in range(int(rng.integers(1, 4)) + 1):
        canvas.box(x + w * k / 3, y, 0.02, h, frame)
    canvas.box(x, y + h * rng.uniform(0.3, 0.7), w, 0.02, frame)


def street(rng, size):
    """Facades with windows, a strip of sky or road, signs and cars."""
    canvas = Canvas(size, (0.6, 0.7, 0.85) if rng.random() < 0.6 else (0.02, 0.03, 0.06))
    x = rng.uniform(-0.4, 0)
    while x < 1:
        w, top = rng.uniform(0.15, 0.7), rng.uniform(-0.4, 0.4)
        front = paint(rng, 0.9, 0.04, 0.5)
        canvas.box(x, top, w, 2, front)
        columns, rows = rng.uniform(0.06, 0.2), rng.uniform(0.08, 0.22)
        pane, lit = paint(rng, 0.5, 0.01, 0.3), rng.random() < 0.3
        for wx in np.arange(x + columns * 0.3, x + w - columns * 0.6, columns):
            for wy in np.arange(top + rows * 0.4, 0.9, rows):
                glow = 0.3 if lit and rng.random() < 0.4 else 0.0
                canvas.box(wx, wy, columns * 0.55, rows * 0.6, (1, 0.8, 0.5) if glow else pane, glow)
        x += w * rng.uniform(0.8, 1.1)
    ground = rng.uniform(0.6, 1.1)
    canvas.box(-0.1, ground, 1.2, 1, paint(rng, 0.3, 0.05, 0.35))
    for _ in range(int(rng.integers(0, 5))):
        x, w = rng.uniform(-0.2, 1), rng.uniform(0.1, 0.45)
        canvas.oval(x, ground, w / 2, w * 0.22, paint(rng, 1.8))
        canvas.oval(x + w / 3, ground, 0.02, 0.02, (1, 0.9, 0.7), 0.5)
    for _ in range(int(rng.integers(0, 4))):
        canvas.box(
            rng.uniform(0, 1),
            rng.uniform(0, 0.8),
            rng.uniform(0.03, 0.3),
            rng.uniform(0.03, 0.15),
            paint(rng, 2.2),
        )
    return canvas.turned(rng.normal(0, 1.5)).light() * (1 + 0.05 * mottle(rng, size))[..., None]


def crowd(rng, size):
    """Other people some metres behind."""
    canvas = Canvas(size, paint(rng, 0.8, 0.02, 0.5))
    canvas.box(-0.1, rng.uniform(0.2, 0.6), 1.2, 1, paint(rng, 0.8, 0.02, 0.4))
    for _ in range(int(rng.integers(2, 8))):
        x, y, r = rng.uniform(-0.1, 1.1), rng.uniform(0.25, 0.95), rng.uniform(0.05, 0.16)
        tan = np.array([0.55, 0.34, 0.25]) * rng.uniform(0.2, 1.1)
        canvas.oval(x, y + 2.6 * r, 2.0 * r, 1.5 * r, paint(rng, 1.4))
        canvas.box(x - 0.4 * r, y, 0.8 * r, 1.6 * r, tan)
        canvas.oval(x, y - 0.15 * r, 0.85 * r, 1.1 * r, paint(rng, 0.8, 0.01, 0.2))
        canvas.oval(x + rng.normal(0, 0.1) * r, y + 0.15 * r, 0.68 * r, 0.9 * r, tan)
    return canvas.light() * uneven(rng, size, 0.7)


def stage(rng, size):
    """A dark hall with coloured light."""
    y, x = coordinates(size)
    picture = np.ones((size, size, 3)) * paint(rng, 1.0, 0.005, 0.04)
    for _ in range(int(rng.integers(1, 5))):
        tone = np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.1, 0.9), 1.0))
        top, foot, width = rng.uniform(-0.2, 1.2), rng.uniform(-0.6, 1.6), rng.uniform(0.04, 0.3)
        beam = np.exp(-(((x - top - (foot - top) * y) / (width * (0.3 + y))) ** 2))
        picture = picture + (beam * rng.uniform(0.03, 0.5))[..., None] * tone
    for _ in range(int(rng.integers(0, 8))):
        cx, cy, r = rng.uniform(0, 1), rng.uniform(0, 0.6), rng.uniform(0.004, 0.03)
        picture = picture + (4 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / r**2))[..., None]
    return picture
