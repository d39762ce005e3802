"""The bill of materials is valid CycloneDX, and lists every locked package with its version and hashes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    file = tmp_path_factory.mktemp("sbom") / "new" / "sbom.cdx.json"
    environment = os.environ | {"PYTHON": sys.executable}
    subprocess.run([ROOT / "dev" / "sbom", file], env=environment, check=True, capture_output=True)
    return file.read_text()


def locked_packages() -> dict[tuple[str, str], set[str]]:
    """The hashes of each package and version in the lock."""
    lock = (ROOT / "requirements.lock").read_text()
    blocks = re.findall(r"^([a-z0-9-]+)==(\S+)(.*?)(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    return {
        (name, version): set(re.findall(r"--hash=sha256:(\w+)", hashes)) for name, version, hashes in blocks
    }


def test_bill_is_valid_cyclonedx(bill):
    assert json.loads(bill)["specVersion"] == "1.6"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_bill_lists_every_locked_package_with_version_and_hashes(bill):
    components = {
        (each["name"], each["version"]): {
            digest["content"] for reference in each["externalReferences"] for digest in reference["hashes"]
        }
        for each in json.loads(bill)["components"]
    }
    locked = locked_packages()
    assert len(locked) > 50
    assert components == locked


def test_bill_names_the_product_and_no_path(bill):
    assert json.loads(bill)["metadata"]["component"]["name"] == "position-dashboard"
    assert str(ROOT) not in bill
