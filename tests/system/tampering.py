"""Every place where an image is changed by one bit, and the status with which each change is to be refused."""
from image import FIELDS, LMS_SIGNATURE, MANIFEST_BYTES, P256_SIGNATURE, status

LMS_STRIDE, P256_STRIDE, PADDING_STRIDE, PAYLOAD_PLACES = 97, 5, 131, 12

NOT_AN_IMAGE = {"magic": status("MF", 1), "format": status("MF", 2)}
P256_KEY, P256, LMS_KEY, LMS = (status("SG", number) for number in (1, 2, 3, 4))
DIGEST = status("IM", 1)


def fields(policy):
    """(what, offset, bit, code) for a bit in every field of the signed part, and one at the end of the long ones."""
    wrong_signature = P256 if policy == "both" else LMS
    wrong_key = {"p256_key": P256_KEY if policy == "both" else LMS, "lms_key": P256 if policy == "both" else LMS_KEY}
    for name, (offset, size) in FIELDS.items():
        code = NOT_AN_IMAGE.get(name) or wrong_key.get(name.split(".")[0]) or wrong_signature
        yield name, offset, 3, code
        if size > 4:
            yield f"{name}, last byte", offset + size - 1, 6, code


def signatures(image):
    end = LMS_SIGNATURE + image.lms_signature_bytes()
    for offset in range(P256_SIGNATURE, LMS_SIGNATURE, P256_STRIDE):
        yield f"P-256 signature at {offset}", offset, offset % 8, P256
    for offset in range(LMS_SIGNATURE, end, LMS_STRIDE):
        yield f"LMS signature at {offset}", offset, offset % 8, LMS
    for offset in (*range(end, MANIFEST_BYTES, PADDING_STRIDE), MANIFEST_BYTES - 1):
        yield f"after the LMS signature at {offset}", offset, offset % 8, LMS


def payload(image):
    last = len(image.data) - 1
    stride = (last - MANIFEST_BYTES) // PAYLOAD_PLACES
    for offset in (*range(MANIFEST_BYTES, last, stride), last):
        yield f"payload at {offset}", offset, offset % 8, DIGEST


def everywhere(image):
    """All of them, for a device that demands both signatures."""
    yield from fields("both")
    yield from signatures(image)
    yield from payload(image)
