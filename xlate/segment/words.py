"""The words that find sentences: abbreviations, dotted names, the words that begin a sentence of a report."""

from __future__ import annotations

import re


def entries(text: str) -> list[str]:
    """The entries of a list whose separators are line ends and ` · `."""
    return [entry.strip() for entry in re.split(r"[\n·]", text) if entry.strip()]


ABBREVIATIONS = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|Capt|Maj|Adm|Rev|Hon|St|vs|approx|Eng)\.(?=\s)"
    r"|\b(?:No|Art|Fig|Vol|pp?)\.(?=\s?\d)|(?<![^\W_])(?:ص\.\s?ب|دكت|تلف|ت\.م|د\.إ|د\.ك)\.(?=\s)"
)
"""Abbreviations of more than one letter that `sentencex` takes for ends of sentences."""

DOTTED_NAMES = re.compile(
    r"(?<![^\W_])[^\W\d_]{1,30}(?:\.[^\W\d_]{1,30}){2,10}"
    r"|(?:(?<=[^\W\d_])|(?<=[^\W\d_] ))\.(?=(?:نت|كوم|أورغ|اورج|تي في|أون لاين|اون لاين)(?![^\W_]))"
)
"""Names with stops inside, none of which ends a sentence: «بي.بي.سي», «العربية.نت»."""

_LETTERS = "إيه|ايه|بي|سي|دي|إي|اي|إف|اف|جي|إتش|اتش|آي|جيه|جاي|كيه|كاي|إل|إم|إن|كيو|آر|إس|اس|تي|يو|دبليو|إكس|واي|زد"
LETTER_NAME = re.compile(rf"(?<![^\W_])(?:{_LETTERS})\.(?=\s)")
AFTER_LETTER_NAME = re.compile(rf"(?:^|[\W_])(?:{_LETTERS})\s$")
"""An initial spelled out, «إس. إيسواران», unless it ends a name of such letters, «بي بي سي.»."""

OPENERS = frozenset(
    entries(
        """
        وقال · وقالت · وقالوا · وأضاف · وأضافت · وأكد · وأكدت · وأوضح · وأوضحت · وتابع · وتابعت · وأشار · وأشارت
        وذكر · وذكرت · وأعلن · وأعلنت · وأفاد · وأفادت · وصرح · وصرحت · وكشف · وكشفت · وشدد · وشددت · ولفت
        ولفتت · وبين · وبينت · ونقل · ونقلت · ونوه · ونوهت · ورأى · ورأت · واعتبر · واعتبرت · وكان · وكانت
        وكانوا · ولم · ولن · وقد · ولكن · وليس · وليست · وحذر · وحذرت · ودعا · ودعت · وطالب · وطالبت · ونفى
        ونفت · ووصف · ووصفت · وجاء · وجاءت · ويأتي · وتأتي · وبحسب · وحسب · ووفق · ووفقا · ووفقًا · وتساءل
        وتساءلت · وسأل · وسألت · ورد · وردت · وأردف · وأردفت · وواصل · وواصلت · واستطرد · وختم · وختمت · واختتم
        وبدأ · وبدأت · ويقول · وتقول · ويرى · وترى · ويؤكد · وتؤكد · ويضيف · وتضيف · وحول · وعن · وفي · ومن
        وعلى · ومع · وبعد · وقبل · وحتى · فقد · فقال · فقالت · أما · لكن · كما · وهو · وهي · وهذا · وهذه · وذلك
        وهناك · وتوفي · وولد · وولدت · وحدث · وحدثت · وشهد · وشهدت
        """
    )
)
"""Words with which a report goes on in a new sentence; after them an ambiguous full stop is an end."""

SAYING = frozenset(
    entries(
        """
        قال · قالت · قالوا · يقول · تقول · سأل · سألت · يسأل · تسأل · تساءل · تساءلت · يتساءل · تتساءل · صرخ
        صرخت · هتف · هتفت · هتفوا · رد · ردت · أجاب · أجابت · يجيب · تجيب · أضاف · أضافت · كتب · كتبت · هكذا
        بهذه · عبارة · كلمات · شعار · عنوان
        """
    )
)
"""Words that tie a quotation before them to the sentence after it: «ماذا نفعل؟» تساءل الرجل."""

# a headline glued to the first sentence is known by a verb of saying with an official for its subject
LEAD_VERBS = frozenset(
    entries(
        """
        كشف · كشفت · أعلن · أعلنت · أكد · أكدت · قال · قالت · أفاد · أفادت · ذكر · ذكرت · صرح · صرحت · دعا · دعت
        """
    )
)
LEAD_SUBJECTS = frozenset(
    entries(
        """
        نائب · وزير · وزيرة · رئيس · رئيسة · الرئيس · مصدر · مصادر · مسؤول · مسؤولون · المتحدث · الناطق
        الناطقة · المتحدثة · وزارة · متحدث · ناطق · سفير · السفير · الوزير · مدير · قائد · الجنرال · الأمين
        المبعوث · السلطات · الحكومة · وكالة · صحيفة · المدير · النائب · الدكتور
        """
    )
)
NOT_IN_HEADLINE = re.compile(
    "[وف]?(?:الذي|التي|الذين|اللذين|أن|إن|أنه|إنه|كما|حيث|قد|لقد|فقد|بحسب|حسب|عندما|بعدما|فيما|بينما|إذ|إذا|لو|لم|ما|"
    "بما|مما|حين|حينما|كلما)$"
)
"""Words after which a verb of saying belongs to a clause of the same sentence."""
FRONTED = re.compile(
    "[وف]?(?:في|من|على|إلى|عن|مع|بعد|قبل|خلال|منذ|عقب|وسط|رغم|ضمن|أثناء|عند|حول|اليوم|أمس|صباح|مساء|ليلة|فجر|ظهر|السبت|الأحد|"
    "الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|الأسبوع|الشهر|العام|الليلة|هذا|هذه|لدى|لأول|بدوره|بدورها|قال|قالت|أعلن|أكد|كشف)$"
)
"""First words of an adverbial that may stand before the verb: «في خطوة مفاجئة أعلن …»."""
