import type { PaymentWords } from './payment-words.ts';
import { pluralsOf } from './plurals.ts';

const plural = pluralsOf('ar');

/** Days, by themselves: «يوم واحد», «يومان», «3 أيام», «11 يومًا». */
const days = (count: number): string =>
  plural(count, {
    zero: '# يوم',
    one: 'يوم واحد',
    two: 'يومان',
    few: '# أيام',
    many: '# يومًا',
    other: '# يوم',
  });

/** The same after a word that takes the genitive: «خلال يومين». */
const withinDays = (count: number): string => (count === 2 ? 'يومين' : days(count));

export const arPaymentWords: PaymentWords = {
  grant: {
    level: 'مستوى واحد يبقى لك',
    scene: 'مشهد واحد يبقى لك',
    forever: 'يبقى لك دائمًا، دون حد زمني',
    minutes: (quantity) =>
      `${plural(quantity, {
        zero: '# دقيقة',
        one: 'دقيقة لعب واحدة',
        two: 'دقيقتا لعب',
        few: '# دقائق لعب',
        many: '# دقيقة لعب',
        other: '# دقيقة لعب',
      })}، لا تُحسب إلا أثناء اللعب`,
    uses: (quantity) =>
      plural(quantity, {
        zero: '# استخدام',
        one: 'استخدام واحد',
        two: 'استخدامان',
        few: '# استخدامات',
        many: '# استخدامًا',
        other: '# استخدام',
      }),
    period: (count) => `${days(count)} ابتداءً من الدفع`,
    until: (date) => `حتى ${date}`,
  },
  refund: (count, contact) =>
    count > 0
      ? `يُسترد المال عند الطلب خلال ${withinDays(count)}: ${contact}`
      : `لا يُسترد المال بعد الاستخدام. للأسئلة: ${contact}`,
  refusal: {
    BAD_ENCODING: 'أرسلت اللعبة شيئًا لا يمكن قراءته.',
    TOO_LARGE: 'أرسلت اللعبة شيئًا أكبر من المسموح.',
    BAD_SIGNATURE: 'العرض غير موقّع من ناشره.',
    BAD_KEY: 'العرض موقّع بمفتاح لا يجوز استخدامه.',
    CHAIN_UNTRUSTED: 'شهادة الناشر ليست من جهة تثق بها هذه المحفظة.',
    CHAIN_EXPIRED: 'انتهت صلاحية شهادة الناشر.',
    CHAIN_NOT_YET: 'شهادة الناشر لم تصبح سارية بعد.',
    CHAIN_ROLE: 'الشهادة ليست شهادة ناشر.',
    CHAIN_PATHLEN: 'شهادة الناشر ليست من جهة تثق بها هذه المحفظة.',
    CHAIN_LIMIT: 'العرض يتجاوز ما يحق لهذا الناشر بيعه.',
    CHAIN_REVOKED: 'أُلغيت شهادة الناشر.',
    CHAIN_STALE: 'قائمة الشهادات الملغاة قديمة جدًا.',
    CHAIN_CRITICAL: 'في شهادة الناشر شرط لا تعرفه هذه المحفظة.',
    OFFER_EXPIRED: 'هذا السعر لم يعد معروضًا.',
    OFFER_PRICE: 'لا يمكن دفع هذا السعر.',
    OFFER_CURRENCY: 'عملة السعر غير معروفة.',
    OFFER_TEXT: 'قد تكون نصوص العرض مضللة، لذلك لا يُعرض.',
    OFFER_ORIGIN: 'العرض ليس لهذه اللعبة، أو أن خدمة الدفع لا تعرف البائع.',
    OFFER_HASH: 'الشروط ليست تلك التي حُدد سعرها.',
    CONSENT_REQUIRED: 'يجب فتح محفظتك برمز PIN أولًا.',
    CONSENT_DENIED: 'رُفض الدفع.',
    CONSENT_BUSY: 'يجري الرد على دفعة أخرى. أنهِها أولًا.',
    CONSENT_STALE: 'تغيّر العرض أثناء ظهوره، لذلك لا يُحتسب الرد.',
    ORIGIN_REFUSED: 'هذا الموقع غير مرتبط بالمحفظة.',
    HOST_REFUSED: 'استُدعيت المحفظة باسم خاطئ.',
    RATE_LIMITED: 'تسأل اللعبة كثيرًا جدًا. انتظر لحظة.',
    ID_CONFLICT: 'استخدمت اللعبة رقم دفع واحدًا لعرضين مختلفين.',
    INSUFFICIENT: 'لا يوجد مال كافٍ في الحساب.',
    CEILING: 'بلغ الائتمان حده الأقصى.',
    RATE_STALE: 'لا يوجد سعر صرف سارٍ الآن.',
    KEY_ABSENT: 'ليس لدى خدمة الدفع المفتاح الذي يفتح هذا.',
    CARD_ABSENT: 'لا توجد بطاقة في القارئ.',
    CARD_STATE: 'لا يمكن استخدام البطاقة بحالتها هذه.',
    CARD_TORN: 'أُخرجت البطاقة قبل الأوان.',
    CARD_FORK: 'نُسخت البطاقة وهي محظورة.',
    CARD_BLOCKED: 'البطاقة محظورة.',
    CARD_LOCKED: 'أُقفلت البطاقة بعد محاولات كثيرة برمز خاطئ.',
    RECORD_GAP: 'ينقص سجل من سجلات البطاقة.',
    RECORD_FULL: 'يجب شحن البطاقة أولًا.',
    CLOCK_SKEW: 'ساعة هذا الحاسوب غير صحيحة.',
    STORAGE: 'لم تستطع المحفظة الكتابة على القرص.',
    BUSY: 'خدمة الدفع مشغولة.',
    PENDING: 'لم يصل رد خدمة الدفع بعد.',
    DECISION_MISMATCH: 'أجابت خدمة الدفع بغير ما طُلب منها.',
    DECISION_EXPIRED: 'لم يتم الدفع في الوقت المحدد.',
    PERIOD_CLOSED: 'أُقفل الشهر.',
    LIMIT: 'هذا يتجاوز حدًا وضعته أنت.',
    PAUSED: 'المدفوعات متوقفة في المحفظة.',
    FAIRNESS: 'تسأل اللعبة قبل الأوان.',
    REFUNDED: 'رُدّ مال هذه الدفعة.',
  },
  cardRefusal: {
    BAD_SIGNATURE: 'لا تقبل البطاقة ما أرسله مُصدرها.',
    CHAIN_UNTRUSTED: 'البطاقة ليست من مُصدر تثق به هذه المحفظة.',
    CHAIN_EXPIRED: 'انتهت صلاحية البطاقة.',
    CHAIN_NOT_YET: 'البطاقة لم تصبح سارية بعد.',
    CHAIN_ROLE: 'لا يمكن دفع هذا السعر ببطاقتك.',
    CHAIN_LIMIT: 'هذا أكثر مما يمكن للبطاقة دفعه مرة واحدة.',
    CONSENT_REQUIRED: 'يجب أولًا فتح قفل المحفظة أو كتابة رمز البطاقة.',
    OFFER_CURRENCY: 'ليس في البطاقة رصيد بهذه العملة.',
    INSUFFICIENT: 'لا يوجد مال كافٍ على البطاقة.',
    CEILING: 'هذا أكثر مما يمكن للبطاقة دفعه قبل رفع مدفوعاتها.',
    RATE_STALE: 'ليس لدى البطاقة سعر صرف سارٍ. صِلها بالشبكة مرة واحدة.',
    KEY_ABSENT: 'هذا يحتاج إلى الشبكة: ليس على البطاقة المفتاح الذي يفتحه.',
    CARD_ABSENT: 'لا توجد بطاقة في القارئ. أدخل بطاقتك.',
    CARD_STATE: 'لا يمكن قراءة البطاقة أو استخدامها.',
    CARD_TORN: 'أُخرجت البطاقة قبل الأوان. أعد إدخالها.',
    CARD_LOCKED: 'رمز البطاقة مقفل. عيّنه من جديد في «البطاقات».',
    RECORD_FULL: 'البطاقة ممتلئة. ارفع مدفوعاتها أولًا.',
    CLOCK_SKEW: 'سجّلت البطاقة وقتًا أحدث مما يعرضه هذا الحاسوب.',
    BUSY: 'برنامج آخر يستخدم البطاقة.',
    DECISION_EXPIRED: 'لم تُسأل البطاقة في الوقت المحدد.',
  },
  triesLeft: (tries) =>
    tries === 0
      ? 'هذا ليس رمز البطاقة، ولم تعد البطاقة تقبل أي رمز.'
      : `هذا ليس رمز البطاقة. ${plural(tries, {
          one: 'بقيت محاولة واحدة.',
          two: 'بقيت محاولتان.',
          few: 'بقيت # محاولات.',
          many: 'بقيت # محاولة.',
          other: 'بقيت # محاولة.',
        })}`,
  charged: {
    no: 'لم يُخصم أي شيء.',
    yes: 'تم الخصم.',
    unknown: 'لا يُعرف بعد هل تم الخصم؛ ولن يُخصم منك مرتين.',
  },
  heldBack: {
    'too-soon': (time) => `تسمح محفظتك لهذه اللعبة بأن تسأل مجددًا عند ${time}.`,
    'quiet-after-decline': (time) => `رفضت عرض هذه اللعبة. يمكنها أن تسأل مجددًا عند ${time}.`,
    'after-loss': (time) => `لقد خسرت للتو. يمكن لهذه اللعبة أن تسأل مجددًا عند ${time}.`,
  },
  alreadyPaid: 'لقد دفعت ثمن هذا من قبل ولم تستهلكه بعد. لن يُخصم ثمنه مرة أخرى.',
  pressed: (amount, title, payee) => `دُفع ${amount} إلى ${payee}: ${title}`,
  automatic: (amount, title, payee) => `دُفع ${amount} إلى ${payee} دون سؤال، كما سمحت: ${title}`,
  refunded: (amount, title, payee) => `عاد ${amount} من ${payee}: ${title}`,
  refundedFor: {
    back: (amount, date, why) => `${amount ?? 'انتهى دون ما يُرد'}، ${date}: ${why}`,
    reason: {
      requested: 'بناءً على طلب',
      defect: 'لم يعمل كما ينبغي',
      unauthorised: 'لم تكن أنت من دفع',
      operator: 'من خدمة الدفع',
    },
  },
  outcome: { approved: 'مدفوع', pending: 'بانتظار رد', refunded: 'رُدّ المال' },
};
