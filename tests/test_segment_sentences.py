"""Sentence ends: tables of Arabic and English, and what must not end a sentence."""

import time

import pytest

from xlate.segment import sentences
from xlate.segment.layout import GAP


def cut(text: str, language: str = "ar") -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


# each entry: a paragraph with ¶ where one sentence ends and the next begins
CASES = [
    # titles, initials, eras, times
    "التقى د. محمد علي الوزير. ¶ ثم غادر.",
    "قال أ.د. علي حسن إن النتائج جيدة. ¶ وأضاف أنها نهائية.",
    "وصل م. سامي والأستاذ أ. خالد معا.",
    "اجتمع بد. سامي ثم زار د.محمد في بيته.",
    "وحتى الساعة 07:50 “ت.غ” لم يصدر إعلان. ¶ وبعدها صدر.",
    "بدأت الجلسة عند 07:50 ت.غ. في نيويورك.",
    "بدأت الجلسة عند 07:50 ت.غ. ¶ وقال المندوب إنها طويلة.",
    "توفي عام 322 ق.م. في اليونان. ¶ وكان في الستين.",
    "ولد سنة 1440 هـ. في مكة.",
    "ولد سنة 1440هـ. ¶ وتوفي بعدها.",
    "في عام 2016م. وافق المجلس.",
    "انتخب جورج و. بوش رئيسا.",
    "قالت J.K. Rowling إنها لن تعود إلى U.S. هذا العام.",
    "حكم على الوزير إس. إيسواران بالسجن.",
    "نقلت شبكة سي إن إن. ¶ وقال مراسلها إن القصف مستمر.",
    "نقلت بي.بي.سي عن العربية.نت خبرا. ¶ ثم حذفته.",
    "نقلت أ.ف.ب عن مصدر. ¶ ونفته د.ب.أ لاحقا.",
    "بلغت قيمته 5 د.إ. في السوق.",
    "أرسلت إلى ص.ب. 123 في عمان.",
    # numbers, addresses
    "بلغ 2.7 مليون و15.000 رأس بنسبة 3.14%. ¶ ثم ارتفع إلى ٢.٧ مليون.",
    "في 17.05.2016 عند 07.50 بدأ. ¶ وانتهى.",
    "زوروا www.example.com/a.b?c=1!d أو https://example.org/page. ¶ واكتبوا إلى a.b@example.com.",
    "الملف report.final.pdf على example.com متاح. ¶ انتهى.",
    "1. الأول مهم. ¶ 2. الثاني أهم.",
    "أ. الأول مهم.",
    "كان ذلك في عام 2015. ¶ 450 شخصا غادروا بعدها.",
    "وصلت 5. ¶ وقال إنها كثيرة.",
    # the comma, the semicolon and the colon never do
    "قال، ثم أضاف، وتابع؛ لكنه توقف: هذا كل شيء.",
    # question and exclamation marks, ellipses
    "من المسؤول؟ ¶ لا أحد. ¶ عجيب! ¶ حقا؟! ¶ نعم!!",
    "انتظرنا طويلا… ¶ ثم جاء. ¶ وصمت... ¶ ثم تكلم.",
    "حسن الجوار.. علاقة تلاشت مع الزمن.",
    "كان يوما صعبا.. ¶ وقال المدرب إنه راض.",
    "قال «إن هذا... أمر لا يقبل» ثم سكت.",
    "قال «لن نقبل... ¶ وقال أيضا إنه باق» ثم سكت.",
    "قال (...) ثم سكت. ¶ وانتهى.",
    "قال [...] ثم سكت.",
    # closing marks stay, quotations neither swallow nor split
    "وقال «انتهى الأمر.» ¶ ثم غادر.",
    "وقال “انتهى الأمر.” ¶ ثم غادر.",
    'وقال "انتهى الأمر." ¶ ثم غادر.',
    'وقال "انتهى الأمر". ¶ ثم غادر.',
    'وقال "انتهى الأمر ". ¶ ثم غادر.',
    'وقال "انتهى الأمر. " ¶ ثم غادر.',
    "وقال «انتهى الأمر. » ¶ ثم غادر.",
    'قال "هذا أول. ¶ وهذا ثان. ¶ وهذا ثالث". ¶ ثم ذهب.',
    "وقال (إن «الأمر انتهى».) ¶ وأضاف.",
    "(هذا ما قاله.) ¶ وبعد ساعة غادر.",
    "عاد إلى القرية (حيث ولد. وعاش طويلا) ثم غادر.",
    "وتساءل «أين الدولة؟». ¶ ولم يجبه أحد.",
    "«ماذا نفعل؟» تساءل الرجل.",
    "«ماذا نفعل؟» ¶ القرية خالية.",
    "عرض فيلم «من هناك؟» للمخرج الشاب. ¶ ونال جائزة.",
    "هتفوا «ارحل!» في الساحة.",
    "هتفوا «ارحل!» ¶ وقال الشاهد إنهم مئات.",
    "قال «لا أعرف...» ¶ وأضاف أنه سيبحث.",
    "قال «افتتاح بلا إغلاق. ¶ ثم مضى. ¶ ثم عاد.",
    'قال "افتتاح بلا إغلاق. ¶ ثم مضى. ¶ ثم عاد.',
    "قال (افتتاح بلا إغلاق. ¶ ثم مضى.",
    'قال "انتهى."وأضاف كلاما.'.replace('"وأ', '" ¶ وأ').replace('" ¶ ', '"¶'),
    # stops without a space, and before one
    "وصل الوفد.¶ثم غادر القاعة.",
    "وصل الوفد . ¶ ثم غادر .",
    "قال الوزير إن الأمور جيدة .¶وأضاف الرئيس أن الوضع مستقر .¶ثم غادر الجميع القاعة.",
    "كانت جيدةً.¶ثم ساءت .¶وقال «انتهى الأمر».¶وأضاف (نعم).¶ثم غادر.",
    "كان ذلك في عام 2016.¶وقال المتحدث باسم الجيش إنه انتهى.",
    "كان ذلك في عام ٢٠١٦ .¶القرية خالية منذ 1437هـ.¶وقال أهلها إنهم عائدون.",
    "ارتفع بنسبة 30%.¶وأضاف الوزير 2.5.¶وقال إنه يكفي.",
    "المطالب: 1.الإفراج عن الأسرى 2.وقف النار 3.هدنة.",
    "التقى أ.د. محمد وأ .د .محمد ود.سامي.",
    "بلغ 3.5 مليون أو 3 .5 مليون و2.5مليون عند 10.30 صباحا.",
    "نقلت العربية .نت عن سي .إن .إن خبرا عن .NET وعن example.com وwww.example.com/2016.وقال.",
    "وصل الوفد.\u200f ¶ \u200fثم غادر.",
    "قالـت الشـركـة. ¶ وأضـافت.",
    "أهلا بكم 😀. ¶ 😀 كيف الحال؟",
    "قال ياهو! mail إنه مغلق.",
    "تمت الموافقة ۔ ¶ وانتهى الأمر۔",
]


@pytest.mark.parametrize("marked", CASES)
def test_sentence_ends(marked: str) -> None:
    text = marked.replace(" ¶ ", " ").replace("¶", "")
    assert cut(text) == [part.strip(GAP) for part in marked.split("¶")]


ENGLISH = [
    "Mr. Smith met Dr. Brown of the U.S. Army. ¶ He left at 5 p.m. on Monday.",
    "J.K. Rowling wrote it. ¶ It sold 2.7 million copies.",
    'He said: "It is over." ¶ Then he left.',
    '"Stop!" she said. ¶ He did.',
    "Is it true? ¶ Yes.",
    "Prof. Ali and Gen. Haftar spoke, approx. 3.5 hours. ¶ No. 5 was absent.",
    '"One. ¶ Two. ¶ Three," he said.',
    "It is in the U.S. ¶ He left.",
]


@pytest.mark.parametrize("marked", ENGLISH)
@pytest.mark.parametrize("language", ["en", "en-GB"])
def test_english(marked: str, language: str) -> None:
    assert cut(marked.replace(" ¶ ", " "), language) == marked.split(" ¶ ")


@pytest.mark.parametrize("language", ["fr", "xx", ""])
def test_other_languages_have_plain_stops(language: str) -> None:
    assert cut("Il est parti. Elle reste.", language) == ["Il est parti.", "Elle reste."]


def test_marks_alone_belong_to_a_neighbour() -> None:
    assert cut("... نعم. !!! لا.") == ["... نعم. !!!", "لا."]
    assert cut("!!!") == ["!!!"]
    assert cut("") == []
    assert cut(" \u200f\n ") == []


def test_line_ends_are_spaces() -> None:
    assert cut("كان ذلك\nفي حلب. ثم\r\nانتهى.") == ["كان ذلك\nفي حلب.", "ثم\r\nانتهى."]


def test_what_utf8_cannot_hold_does_not_stop_it() -> None:
    assert cut("نعم\ud800. ثم\x00 لا.") == ["نعم\ud800.", "ثم\x00 لا."]


NASTY = ["ا", "نعم. ", "«نعم. ", '"نعم. ', '"', "(نعم. ", "(", ". ", ".", "..", "… ", "!", "! ", "د. ", "ت.غ. ", "1.",
         "a.", "a.b", "a@b.", "'",
         "» ", '." ', "\u200f. ", "سي. ", "\n", "😀. ", ".a", "http://", "هـ. "]  # fmt: skip


@pytest.mark.parametrize("unit", NASTY)
def test_time_is_linear(unit: str) -> None:
    """A quadratic step would take minutes at this length; four times the text may take at most ten times as long."""

    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begin = time.process_time()
        sentences(text)
        return time.process_time() - begin

    small = max(seconds(8_000), 0.01)
    assert seconds(32_000) < 10 * small
