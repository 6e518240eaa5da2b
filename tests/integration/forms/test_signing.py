"""Signatures and seals: recorded facts with their scans, the seal's picture, and the centre's signature on the PDF."""

import hashlib
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from PIL import Image

from services.forms.renderers.signature import PdfSigner, make_signing_key
from shared.contracts import case
from tests.parts.forms import NOON, a_complaint, an_event
from tests.parts.forms_house import UNIT, FormsHouse, forms_house

STORY = (
    a_complaint(),
    an_event(case.CaseRegistered, 1),
    an_event(case.CaseForwarded, 2),
    an_event(case.CaseFeedbackSubmitted, 3),
)
FACT = {"signer": "高玉兰", "signed_at": "2026-11-23T12:00:00+08:00", "how": "by_hand"}


@pytest.mark.article("annex 3")
@pytest.mark.parametrize(("door", "kind"), [("signatures", "signature"), ("seals", "seal")])
async def test_a_signed_paper_is_recorded_with_its_scan(house: FormsHouse, door: str, kind: str) -> None:
    """Who, when, how and who says so; the scan is an original under its hash; the document stays what it was."""
    await house.hear(*STORY)
    await house.draw()
    item = await house.listed("feedback")
    files = {"scan": ("李淑珍的反馈单.jpg", b"\xff\xd8 a scan", "image/jpeg")}
    answer = await house.ask("POST", f"/forms/documents/{item['id']}/{door}", data=FACT, files=files)
    assert answer.status_code == 201, answer.text
    (fact,) = (await house.done("GET", answer.headers["location"]))["items"]
    assert (fact["kind"], fact["signer"], fact["how"], fact["recorded_by"]) == (kind, "高玉兰", "by_hand", "某handler")
    assert fact["scan_sha256"] == hashlib.sha256(b"\xff\xd8 a scan").hexdigest()
    assert await house.originals.read(fact["scan_sha256"]) == b"\xff\xd8 a scan"
    assert "李淑珍" not in fact["scan_name"]
    assert (await house.listed("feedback"))["sha256"] == item["sha256"]


async def test_the_same_request_sent_again_records_one_fact(house: FormsHouse) -> None:
    """With the scan, whose form is put together anew each time; another scan under the key is refused."""
    await house.hear(*STORY)
    path = f"/forms/documents/{(await house.listed('disposition'))['id']}/seals"
    key, scan = {"Idempotency-Key": "a-key-of-mine"}, {"scan": ("a.jpg", b"\xff\xd8 a scan", "image/jpeg")}
    first, again = [await house.ask("POST", path, data=FACT, files=scan, headers=key) for _ in range(2)]
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert ["idempotency-replayed" in answer.headers for answer in (first, again)] == [False, True]
    assert len((await house.done("GET", first.headers["location"]))["items"]) == 1
    assert (await house.ask("POST", path, data=FACT, headers=key)).status_code == 422


async def test_a_fact_without_its_time_zone_or_signer_is_refused(house: FormsHouse) -> None:
    """Each faulty field is named."""
    await house.hear(*STORY)
    item = await house.listed("disposition")
    wrong = {"signer": "", "signed_at": "2026-11-23T12:00:00", "how": "by_magic"}
    answer = await house.ask("POST", f"/forms/documents/{item['id']}/signatures", data=wrong)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"signer", "signed_at", "how"}


async def test_a_unit_records_only_on_its_own_copies(house: FormsHouse) -> None:
    """The unit the case lies with may; another gets the answer of a document that doesn't exist."""
    await house.hear(*STORY)
    item = await house.listed("disposition")
    path = f"/forms/documents/{item['id']}/signatures"
    assert (await house.ask("POST", path, "unit_handler", data=FACT)).status_code == 201
    assert (await house.ask("POST", path, "other_unit", data=FACT)).status_code == 404


async def test_the_issued_pdf_is_signed_by_an_incremental_update(house: FormsHouse) -> None:
    """The signed file begins with the issued bytes; both hashes are on file; it is still PDF/A-2b."""
    await house.hear(*STORY)
    await house.draw()
    item = await house.listed("disposition")
    signed = (await house.ask("GET", item["pdf"])).content
    assert hashlib.sha256(signed[: item["size"]]).hexdigest() == item["sha256"]
    assert hashlib.sha256(signed).hexdigest() == item["signed_sha256"]
    with pikepdf.open(BytesIO(signed)) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")


async def test_an_independent_reader_verifies_the_signature(house: FormsHouse, tmp_path: Path) -> None:
    """Poppler's pdfsig finds one valid signature over the whole file, and an invalid one once a byte was changed."""
    await house.hear(*STORY)
    await house.draw()
    signed = (await house.ask("GET", (await house.listed("disposition"))["pdf"])).content
    assert _pdfsig(tmp_path, signed).count("Signature is Valid") == 1
    assert "Total document signed" in _pdfsig(tmp_path, signed)
    changed = signed[:200] + bytes([signed[200] ^ 1]) + signed[201:]
    assert "Signature is Valid" not in _pdfsig(tmp_path, changed)


def _pdfsig(folder: Path, content: bytes) -> str:
    path = folder / "signed.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout


async def test_the_signature_in_the_pdf_is_the_centre_s(house: FormsHouse, tmp_path: Path) -> None:
    """By structure, without the library that signs: over exactly the bytes that ByteRange names, with the centre's own key."""
    await house.hear(*STORY)
    await house.draw()
    signed = (await house.ask("GET", (await house.listed("disposition"))["pdf"])).content
    with pikepdf.open(BytesIO(signed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        first, length, second, rest = (int(each) for each in field.V.ByteRange)
        envelope = bytes(field.V.Contents)
    assert (first, second + rest) == (0, len(signed))
    digest = hashlib.sha256(signed[:length] + signed[second:]).digest()
    (signer,) = cms.ContentInfo.load(envelope)["content"]["signer_infos"]
    attributes = {each["type"].native: each["values"].native for each in signer["signed_attrs"]}
    assert attributes["message_digest"] == [digest]
    key = x509.load_pem_x509_certificate((tmp_path / "signing.pem").read_bytes()).public_key()
    assert isinstance(key, RSAPublicKey)
    told, proof = signer["signed_attrs"].untag().dump(), signer["signature"].native  # RFC 5652 5.4: signed as a SET
    key.verify(proof, told, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(proof, told.replace(digest, bytes(32)), padding.PKCS1v15(), hashes.SHA256())


def _blank(pages: int) -> bytes:
    blank, target = pikepdf.new(), BytesIO()
    for _ in range(pages):
        blank.add_blank_page()
    blank.save(target)
    return target.getvalue()


def test_one_signer_s_second_and_third_signature_are_as_valid_as_its_first(tmp_path: Path) -> None:
    """Each over its own document; a signature that is moved to another document is worth nothing."""
    make_signing_key(tmp_path / "own.pem", holder="枣庄市民中心", now=NOON)
    signer = PdfSigner(tmp_path / "own.pem")
    contents = [_blank(pages) for pages in (1, 2, 3)]
    signed = [signer.sign(content) for content in contents]
    assert [_pdfsig(tmp_path, each).count("Signature is Valid") for each in signed] == [1, 1, 1]
    assert [each[: len(content)] == content for each, content in zip(signed, contents, strict=True)] == [True] * 3
    envelopes = []
    for each in signed:
        with pikepdf.open(BytesIO(each)) as pdf:
            (field,) = pdf.Root.AcroForm.Fields
            envelopes.append(bytes(field.V.Contents).hex().encode())
    moved = signed[1].replace(envelopes[1], envelopes[2]).replace(envelopes[1].upper(), envelopes[2].upper())
    assert moved != signed[1]
    assert "Signature is Valid" not in _pdfsig(tmp_path, moved)


def test_an_elliptic_key_signs_too(tmp_path: Path) -> None:
    """P-256, PKCS#12: each signature has a length of its own."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "中心")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON)
        .not_valid_after(NOON + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(b"centre", key, certificate, None, NoEncryption())
    (tmp_path / "centre.p12").write_bytes(bundle)
    signer = PdfSigner(tmp_path / "centre.p12")
    assert [_pdfsig(tmp_path, signer.sign(_blank(2))).count("Signature is Valid") for _ in range(3)] == [1, 1, 1]


def test_a_pkcs12_key_signs_and_a_wrong_password_is_named(tmp_path: Path) -> None:
    """The file is named in the fault, the password never."""
    make_signing_key(tmp_path / "own.pem", holder="枣庄市民中心", now=NOON)
    pem = (tmp_path / "own.pem").read_bytes()
    bundle = pkcs12.serialize_key_and_certificates(
        b"centre",
        load_pem_private_key(pem, None),  # type: ignore[arg-type]
        x509.load_pem_x509_certificate(pem),
        None,
        BestAvailableEncryption(b"right"),
    )
    path = tmp_path / "centre.p12"
    path.write_bytes(bundle)
    blank = pikepdf.new()
    blank.add_blank_page()
    target = BytesIO()
    blank.save(target)
    signed = PdfSigner(path, password="right").sign(target.getvalue())
    assert "Signature is Valid" in _pdfsig(tmp_path, signed)
    with pytest.raises(ValueError, match=r"centre\.p12") as refused:
        PdfSigner(path, password="wrong").sign(target.getvalue())
    assert "wrong password" in str(refused.value)


async def test_the_seal_s_picture_stands_where_the_form_has_its_place(tmp_path: Path) -> None:
    """A unit's seal is on its feedback and on no other form; it is frozen with the document."""
    folder = tmp_path / "seals"
    folder.mkdir()
    Image.new("RGBA", (60, 60), (200, 0, 0, 200)).save(folder / f"{UNIT}.png")
    async with forms_house(tmp_path / "house", seals_dir=folder) as house:
        await house.hear(*STORY)
        await house.draw()
        for form, pictures in (("feedback", 1), ("disposition", 0)):
            content = (await house.ask("GET", (await house.listed(form))["pdf"])).content
            with pikepdf.open(BytesIO(content)) as pdf:
                assert len(pdf.pages[0].get_images()) == pictures, form


@pytest.mark.parametrize(("name", "content"), [(f"{UNIT}.png", b"GIF89a"), ("某处.png", b"\x89PNG\r\n\x1a\n")])
async def test_a_seal_that_is_none_stops_the_start(tmp_path: Path, name: str, content: bytes) -> None:
    """One line that names the file: not a picture, or nobody's."""
    folder = tmp_path / "seals"
    folder.mkdir()
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=name):
        async with forms_house(tmp_path / "house", seals_dir=folder):
            pass
