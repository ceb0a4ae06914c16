"""Looks for a P-256 private key in bytes, knowing only the public one: every place is tried as the key."""

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)

# What has fewer different bytes in 32 is no random number: of 10^15 keys, less than one.
LEAST_DIFFERENT = 18


def affine_add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a == b:
        slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiples_by_byte():
    """table[i][d] = d * 256^i * G, so that a multiple of G is a sum of 32 points."""
    table, base = [], G
    for _ in range(32):
        row = [None]
        for _ in range(255):
            row.append(affine_add(row[-1], base))
        table.append(row)
        base = affine_add(row[-1], base)
    return table


def sum_has_x(points, x):
    """Does the sum of affine points have this x? Jacobian coordinates: no division."""
    X, Y, Z = points[0][0], points[0][1], 1
    for qx, qy in points[1:]:
        zz = Z * Z % P
        h, r = (qx * zz - X) % P, (qy * zz * Z - Y) % P
        if h == 0:
            return False  # the same point twice, or its negative: no random number does that
        hh = h * h % P
        hhh, v = h * hh % P, X * hh % P
        X = (r * r - hhh - 2 * v) % P
        Y = (r * (v - X) - Y * hhh) % P
        Z = Z * h % P
    return (X - x * Z * Z) % P == 0


class KeySearch:
    def __init__(self, public_key):
        assert len(public_key) == 65 and public_key[0] == 4
        self.x = int.from_bytes(public_key[1:33], "big")
        self.table = multiples_by_byte()
        self.tried = set()

    def is_key(self, scalar_le):
        points = [row[d] for row, d in zip(self.table, scalar_le) if d]
        return bool(points) and sum_has_x(points, self.x)

    def places(self, data):
        """Offsets in data at which the key lies, in either order of bytes, or of words."""
        found = []
        for i in range(len(data) - 31):
            piece = data[i:i + 32]
            if len(set(piece)) < LEAST_DIFFERENT or piece in self.tried:
                continue
            self.tried.add(piece)
            if self.is_key(piece) or self.is_key(piece[::-1]):
                found.append(i)
        return found
