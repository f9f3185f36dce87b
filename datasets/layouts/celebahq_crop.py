"""The crop rule of CelebA-HQ, in one place: the camera frames by it, and the audit measures in its units.

Karras et al., Progressive Growing of GANs, ICLR 2018, appendix C: X = eye to eye, Y = middle of the eyes to
middle of the mouth corners; side = max(4 |X|, 3.6 |Y|), centre = middle of the eyes - 0.1 Y. Whoever
changes a number here changes the unit of every geometric measure, and so the shipped profile and its
regressors.
"""

EYES_TO_SIDE, MOUTH_TO_SIDE, CENTRE_SHIFT = 4.0, 3.6, 0.1
