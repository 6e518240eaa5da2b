"""Twenty shapes of mail that mail programs in China really send: the subject and the words must both come out right."""

from __future__ import annotations

import base64
import binascii

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from services.intake.readers.mime import read_mail
from tests.parts.dovecot import self_signed
from tests.parts.mails import (
    COMPLAINT,
    PLAIN,
    file_part,
    inner_multipart,
    joined,
    mail,
    multipart,
    part,
    text_mail,
    tnef,
    word,
)

SUBJECT = "投诉窗口推诿"
GBK = COMPLAINT.encode("gb18030")
HTML = f"<div>{COMPLAINT}</div>".encode()


def _signed(entity: bytes) -> bytes:
    certificate, key = self_signed("sender.example")
    signer = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(entity)
        .add_signer(
            x509.load_pem_x509_certificate(certificate),
            serialization.load_pem_private_key(key, None),  # type: ignore[arg-type]
            hashes.SHA256(),
        )
    )
    return signer.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _uuencoded(content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[start : start + 45]) for start in range(0, len(content), 45)]
    return b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"


NAMED = word(SUBJECT.encode("gbk"))

MAILS: dict[str, bytes] = {
    "Foxmail: gb2312 for everything": mail(GBK, subject=NAMED, content_type=b'text/plain; charset="gb2312"'),
    "no charset at all": mail(GBK, subject=NAMED, content_type=b"text/plain"),
    "no MIME headers, raw GBK": mail(GBK, subject=SUBJECT.encode("gbk"), content_type=None, encoding=None),
    "label x-gbk": mail(GBK, subject=word(SUBJECT.encode("gbk"), b"x-gbk"), content_type=b"text/plain; charset=x-gbk"),
    "label iso-8859-1": mail(GBK, subject=NAMED, content_type=b"text/plain; charset=iso-8859-1"),
    "label gb2312, bytes UTF-8": mail(subject=word(SUBJECT.encode()), content_type=b"text/plain; charset=gb2312"),
    "QQ: base64 alternatives in gb18030": multipart(
        part(b'text/plain; charset="gb18030"', base64.encodebytes(GBK), b"Content-Transfer-Encoding: base64"),
        part(b'text/html; charset="gb18030"', base64.encodebytes(GBK), b"Content-Transfer-Encoding: base64"),
        kind=b"alternative",
    ).replace(b"Complaint", word(SUBJECT.encode("gb18030"), b"gb18030"), 1),
    "HTML that names its charset inside": mail(
        b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">' + f"<p>{COMPLAINT}</p>".encode("gbk"),
        subject=NAMED,
        content_type=b"text/html",
    ),
    "the plain form is empty": multipart(
        part(b"text/plain", b" \r\n"), part(b"text/html; charset=utf-8", HTML), kind=b"alternative"
    ).replace(b"Complaint", NAMED, 1),
    "the plain form is broken, the HTML isn't": multipart(
        part(b"text/plain; charset=utf-8", COMPLAINT.encode("gbk")[:-1] + b"\xff\xff\xff"),
        part(b"text/html; charset=utf-8", HTML),
        kind=b"alternative",
    ).replace(b"Complaint", NAMED, 1),
    "Apple: files inside the richer form": multipart(
        PLAIN,
        inner_multipart(
            part(b"text/html; charset=utf-8", HTML), file_part(b"a.txt", b"a"), kind=b"mixed", boundary=b"inner"
        ),
        kind=b"alternative",
    ).replace(b"Complaint", NAMED, 1),
    "Outlook: the body is in winmail.dat": multipart(
        part(b"text/plain", b""), file_part(b"winmail.dat", tnef(body=GBK), b"application/ms-tnef")
    ).replace(b"Complaint", NAMED, 1),
    "Outlook: HTML in winmail.dat": multipart(
        file_part(b"winmail.dat", tnef(html=HTML), b"application/ms-tnef")
    ).replace(b"Complaint", NAMED, 1),
    "Thunderbird: flowed, delsp": mail(
        (COMPLAINT[:10] + " \r\n" + COMPLAINT[10:]).encode(),
        subject=NAMED,
        content_type=b"text/plain; charset=utf-8; format=flowed; delsp=yes",
    ),
    "quoted-printable in gbk, upper and lower": mail(
        binascii.b2a_qp(GBK).lower(),
        subject=NAMED,
        content_type=b"text/plain; charset=GBK",
        encoding=b"Quoted-Printable",
    ),
    "uuencoded": mail(_uuencoded(COMPLAINT.encode()), subject=NAMED, encoding=b"x-uuencode"),
    "base64 words cut between the fours": mail(
        subject=b"=?gbk?B?%s?= =?gbk?B?%s?="
        % (base64.b64encode(SUBJECT.encode("gbk"))[:9], base64.b64encode(SUBJECT.encode("gbk"))[9:])
    ),
    "blank lines before the headers, a blank before a colon": b"\r\n\r\n"
    + mail(subject=NAMED).replace(b"Subject: ", b"Subject : "),
    "a stray line among the headers": mail(subject=NAMED).replace(
        b"MIME-Version", "未折行的续行\r\nMIME-Version".encode("gbk")
    ),
    "S/MIME, opaque signed": mail(
        base64.encodebytes(_signed(PLAIN)),
        subject=NAMED,
        content_type=b"application/x-pkcs7-mime; name=smime.p7m",
        encoding=b"base64",
    ),
}


@pytest.mark.parametrize("what", MAILS)
def test_subject_and_words_come_out_right(what: str) -> None:
    """Both the subject and the text of the mail are what its sender wrote."""
    read = read_mail(MAILS[what])
    assert (read.head.subject, read.text) == (SUBJECT, COMPLAINT)


def test_there_are_twenty_shapes() -> None:
    """The table holds the twenty mails that its title promises."""
    assert len(MAILS) == 20


FILE_NAMES: dict[str, bytes] = {
    "RFC 2231 in pieces": b"attachment; filename*0*=utf-8''%E8%AF%81; filename*1*=%E6%8D%AE; filename*2=.pdf",
    "RFC 2231 in GBK under gb2312": b"attachment; filename*=gb2312''%D6%A4%BE%DD.pdf",
    "encoded word in quotes": b'attachment; filename="' + word("证据.pdf".encode("gbk")) + b'"',
    "encoded word, unquoted": b"attachment; filename=" + word("证据.pdf".encode("gbk")),
    "encoded words cut in a character": b'attachment; filename="'
    + word("证据.pdf".encode("gbk")[:3])
    + b"\r\n "
    + word("证据.pdf".encode("gbk")[3:])
    + b'"',
    "bare GBK": b'attachment; filename="' + "证据.pdf".encode("gbk") + b'"',
    "bare UTF-8": b'attachment; filename="' + "证据.pdf".encode() + b'"',
}


@pytest.mark.parametrize("what", FILE_NAMES)
def test_the_name_of_a_file_comes_out_right(what: str) -> None:
    """A Chinese file name is read in every way that mail programs write it."""
    sent = part(b"application/pdf", b"%PDF-", b"Content-Disposition: " + FILE_NAMES[what])
    (file,) = read_mail(multipart(PLAIN, sent)).attachments
    assert file.name == "证据.pdf"


def test_a_forwarded_mail_is_read_with_its_files() -> None:
    """A mail attached to a mail is read whole, though it is base64, which the RFC forbids."""
    inner = multipart(PLAIN, file_part(b"inner.txt", b"evidence"))
    forwarded = part(b"message/rfc822", base64.encodebytes(inner), b"Content-Transfer-Encoding: base64")
    read = read_mail(multipart(part(b"text/plain", b""), forwarded))
    assert [mail_.text for mail_ in read.nested] == [COMPLAINT]
    assert [file.content for file in read.every_attachment()] == [b"evidence"]
    assert not read.is_blank


def test_an_encrypted_mail_attached_to_a_readable_one_is_noted() -> None:
    """What was attached encrypted stands with its head, and the outer mail is read."""
    inner = multipart(part(b"application/pgp-encrypted", b"Version: 1"), kind=b"encrypted")
    read = read_mail(multipart(PLAIN, part(b"message/rfc822", inner)))
    assert read.text == COMPLAINT
    assert read.nested[0].head.subject == "Complaint"
    assert "EncryptedNestedMail" in read.defects


def test_a_digest_gives_every_mail_in_it() -> None:
    """The parts of a digest are mails by default (RFC 2046 §5.1.5)."""
    digest = mail(
        joined(b"\r\n" + text_mail("一"), b"\r\n" + text_mail("二"), boundary=b"d"),
        content_type=b'multipart/digest; boundary="d"',
    )
    assert [each.text for each in read_mail(digest).nested] == ["一", "二"]
