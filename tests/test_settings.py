import pytest

from xlate.errors import UsageError
from xlate.settings import DEFAULTS, Settings


def test_gaps_are_filled_by_the_model_then_by_the_defaults():
    settings = Settings(beam_size=1).over({"beam_size": 6, "max_input_length": 100, "unknown": 1})
    assert (settings.beam_size, settings.max_input_length) == (1, 100)
    assert settings.length_penalty == DEFAULTS["length_penalty"]


def test_only_what_changes_the_output_is_in_the_signature():
    one = Settings(inter_threads=1, max_batch_size=7).over({})
    two = Settings(inter_threads=8, device="auto", batch_type="examples").over({})
    assert one.decoding() == two.decoding()
    assert Settings(beam_size=5).over({}).decoding() != one.decoding()
    assert list(one.decoding()) == list(DEFAULTS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beam_size": 0}, "beam-size is 0; it must be at least 1"),
        ({"max_decoding_length": 3}, "max-decoding-length is 3; it must be at least 8"),
        ({"inter_threads": -1}, "inter-threads is -1; it must be at least 0"),
        ({"device": "gpu"}, "device is 'gpu'; choose one of cpu, cuda, auto"),
        ({"batch_type": "lines"}, "batch-type is 'lines'; choose one of tokens, examples"),
    ],
)
def test_values_outside_their_range(change, message):
    with pytest.raises(UsageError) as error:
        Settings(**change)
    assert str(error.value) == message


def test_unknown_compute_type_lists_the_choices():
    with pytest.raises(UsageError, match=r"compute-type is 'int4'; choose one of default, auto, int8, "):
        Settings(compute_type="int4")
