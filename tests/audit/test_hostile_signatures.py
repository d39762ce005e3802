"""Signature records of any content, with correct hashes: reported, never an exception."""

import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.audit.records import ChainHead, compose, to_json, to_text
from dashboard.audit.signed_head import SignedHead
from dashboard.audit.verify import verify
from tests.audit.builders import NOON, write_lines
from tests.audit.signed_trail import KEY

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=70),
)
anything = st.recursive(
    scalars, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=9), some, max_size=4)
)
hexadecimal = st.binary(max_size=70).map(bytes.hex) | st.just(KEY.public_key)
certificate = st.fixed_dictionaries(
    dict.fromkeys(("key", "created", "signed_by", "signature"), hexadecimal | anything)
)
entry = st.fixed_dictionaries(
    {}, optional={
        "key": hexadecimal | anything,
        "signature": hexadecimal | anything,
        "certificates": st.lists(certificate, max_size=3) | anything,
    }
)  # fmt: skip


@settings(max_examples=300)
@given(entry)
def test_signature_record_of_any_content_is_reported(tmp_path_factory, entry):
    directory = tmp_path_factory.mktemp("trail")
    line, _ = compose(ChainHead(0, "0" * 64), NOON, "signature", to_json(entry))
    write_lines(directory / "audit-2025-03-01.jsonl", [line])
    assert not verify(directory).intact


@settings(max_examples=100)
@given(st.lists(certificate, max_size=3) | anything)
def test_valid_signature_with_any_certificates_introduces_no_key(tmp_path_factory, certificates):
    directory = tmp_path_factory.mktemp("trail")
    signed = KEY.sign(ChainHead(0, "0" * 64))
    record = {"key": signed.key, "signature": signed.signature, "certificates": certificates}
    line, _ = compose(ChainHead(0, "0" * 64), NOON, "signature", to_json(record))
    write_lines(directory / "audit-2025-03-01.jsonl", [line])
    (defect,) = verify(directory).defects
    assert "not introduced" in defect.detail


@pytest.mark.parametrize("before", ["\u00e9", "\ud800", 7, None, "0" * 100_000])
@pytest.mark.parametrize("seq", [1, -(10**4300) + 1], ids=["a number", "a long number"])
def test_link_to_anything_but_a_hash_is_reported(tmp_path, seq, before):
    """Number and hash of the line before are what the writer of the folder chooses."""
    fields = {"seq": seq, "time": to_text(NOON), "kind": "signature", "entry": {"key": "", "signature": ""}}
    body = to_json(fields | {"before": before}).removesuffix("}").encode()
    line_hash = sha256(body).hexdigest().encode()
    write_lines(tmp_path / "audit-2025-03-01.jsonl", [body + b',"hash":"' + line_hash + b'"}\n'])
    assert not verify(tmp_path).intact


@settings(max_examples=300)
@given(anything | st.fixed_dictionaries(dict.fromkeys(("seq", "hash", "key", "signature"), anything)))
def test_checkpoint_of_any_content_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        SignedHead.parse(json.dumps(content))
