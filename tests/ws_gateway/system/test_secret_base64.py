import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_gateway.system import secret_base64


@given(st.binary(max_size=300))
def test_it_is_what_the_standard_library_says(content: bytes) -> None:
    assert secret_base64.decode(bytearray(base64.b64encode(content))) == content


@pytest.mark.parametrize("text", [b"a", b"ab=", b"a===", b"====", b"ab-_", b"ab\ncd===", b"=abc"])
def test_what_is_no_base64(text: bytes) -> None:
    with pytest.raises(ValueError, match="base64"):
        secret_base64.decode(bytearray(text))
