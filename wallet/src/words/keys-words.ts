/** What the page says of keys and people: recovery phrase, restoring, guardian, password, keychain, profiles. */
import { pluralsOf } from './plurals.ts';

export interface KeysWords {
  readonly phrase: {
    readonly title: string;
    readonly lead: string;
    readonly warning: string;
    readonly ask: string;
    readonly word: (number: number) => string;
    readonly check: string;
    readonly hide: string;
    readonly kept: string;
    readonly notKept: string;
    readonly show: string;
    readonly remind: string;
  };
  readonly restore: {
    readonly forgot: string;
    readonly forgotLead: string;
    readonly phrase: string;
    readonly setPin: string;
    readonly done: string;
    readonly have: string;
    readonly lead: string;
    readonly now: string;
    readonly working: string;
    readonly underWay: string;
    readonly back: (count: number) => string;
  };
  readonly guardian: {
    readonly title: string;
    readonly lead: string;
    readonly appoint: string;
    readonly newPin: string;
    readonly change: string;
    readonly childPin: string;
    readonly childPinSet: string;
    readonly dismiss: string;
    readonly dismissLead: string;
    readonly done: string;
  };
  readonly keychain: { readonly title: string; readonly used: string; readonly notUsed: string };
  readonly people: {
    readonly title: string;
    readonly lead: string;
    readonly here: string;
    readonly open: (name: string) => string;
    readonly name: string;
    readonly add: string;
    readonly opening: string;
  };
}

const plurals = {
  en: pluralsOf('en'),
  fr: pluralsOf('fr'),
  de: pluralsOf('de'),
  es: pluralsOf('es'),
  ja: pluralsOf('ja'),
  ar: pluralsOf('ar'),
};

const en: KeysWords = {
  phrase: {
    title: 'Your recovery phrase',
    lead: 'Write these 24 words down on paper, in this order. With them you get everything back: on another computer, or when the PIN is forgotten.',
    warning: 'Whoever has them has your wallet. Nobody from us ever asks for them.',
    ask: 'To be sure, type two of them from your paper:',
    word: (number) => `Word ${number}`,
    check: 'I have them on paper',
    hide: 'Hide for now',
    kept: 'You have written your recovery phrase down.',
    notKept: 'Your recovery phrase is not written down yet. Should this computer be lost, so are your keys.',
    show: 'Show it',
    remind: 'Write it down now',
  },
  restore: {
    forgot: 'Forgotten the PIN?',
    forgotLead: 'The 24 words of your recovery phrase set a new one.',
    phrase: 'The 24 words, with spaces between them',
    setPin: 'Set the new PIN',
    done: 'The new PIN holds. Unlock with it.',
    have: 'I have a wallet already',
    lead: 'Type the recovery phrase of your wallet: its keys, its account and what you bought come back.',
    now: 'Restore my wallet',
    working: 'Restoring your keys …',
    underWay: 'What you bought before is being fetched.',
    back: (count) =>
      plurals.en(count, { one: '# purchase from before came back.', other: '# purchases from before came back.' }),
  },
  guardian: {
    title: 'For a child',
    lead: 'A guardian’s own PIN makes this a child’s wallet: from then on everything that takes the PIN takes that one.',
    appoint: 'Make it a child’s wallet',
    newPin: 'New PIN of the guardian',
    change: 'Change the guardian’s PIN',
    childPin: 'New PIN for the child',
    childPinSet: 'Set the child’s PIN',
    dismiss: 'No longer a child’s wallet',
    dismissLead: 'The guardian’s PIN ends the guardianship and sets the PIN that everything takes from then on.',
    done: 'Done',
  },
  keychain: {
    title: 'Keychain',
    used: 'The system’s keychain keeps the machine’s secret: a copy of your files alone opens nothing.',
    notUsed:
      'The machine’s secret is a file of yours. A passphrase in place of a PIN is safer should somebody copy it.',
  },
  people: {
    title: 'People on this computer',
    lead: 'Everybody has a wallet of their own, with a PIN, money and games of their own.',
    here: 'open now',
    open: (name) => `Open ${name}`,
    name: 'Name for another wallet',
    add: 'Add a wallet',
    opening: 'Opening …',
  },
};

const fr: KeysWords = {
  phrase: {
    title: 'Votre phrase de récupération',
    lead: 'Écrivez ces 24 mots sur du papier, dans cet ordre. Ils vous rendent tout : sur un autre ordinateur, ou si le code PIN est oublié.',
    warning: 'Qui les a, a votre portefeuille. Personne de chez nous ne les demande jamais.',
    ask: 'Pour être sûr, tapez-en deux d’après votre papier :',
    word: (number) => `Mot ${number}`,
    check: 'Je les ai sur papier',
    hide: 'Cacher pour l’instant',
    kept: 'Vous avez noté votre phrase de récupération.',
    notKept:
      'Votre phrase de récupération n’est pas encore notée. Si cet ordinateur est perdu, vos clés le sont aussi.',
    show: 'L’afficher',
    remind: 'La noter maintenant',
  },
  restore: {
    forgot: 'Code PIN oublié ?',
    forgotLead: 'Les 24 mots de votre phrase de récupération permettent d’en choisir un nouveau.',
    phrase: 'Les 24 mots, séparés par des espaces',
    setPin: 'Fixer le nouveau code',
    done: 'Le nouveau code est en place. Déverrouillez avec lui.',
    have: 'J’ai déjà un portefeuille',
    lead: 'Tapez la phrase de récupération de votre portefeuille : ses clés, son compte et vos achats reviennent.',
    now: 'Restaurer mon portefeuille',
    working: 'Restauration de vos clés …',
    underWay: 'Vos achats d’avant sont en cours de récupération.',
    back: (count) => plurals.fr(count, { one: '# achat d’avant est revenu.', other: '# achats d’avant sont revenus.' }),
  },
  guardian: {
    title: 'Pour un enfant',
    lead: 'Le code d’un responsable en fait le portefeuille d’un enfant : dès lors, tout ce qui demande le code demande celui-là.',
    appoint: 'En faire celui d’un enfant',
    newPin: 'Nouveau code du responsable',
    change: 'Changer le code du responsable',
    childPin: 'Nouveau code de l’enfant',
    childPinSet: 'Fixer le code de l’enfant',
    dismiss: 'N’est plus celui d’un enfant',
    dismissLead: 'Le code du responsable met fin à la tutelle et fixe le code que tout demande ensuite.',
    done: 'C’est fait',
  },
  keychain: {
    title: 'Trousseau',
    used: 'Le trousseau du système garde le secret de la machine : une copie de vos fichiers seule n’ouvre rien.',
    notUsed:
      'Le secret de la machine est un fichier à vous. Une phrase secrète au lieu d’un code est plus sûre si quelqu’un le copie.',
  },
  people: {
    title: 'Personnes sur cet ordinateur',
    lead: 'Chacun a son portefeuille, avec son code, son argent et ses jeux.',
    here: 'ouvert',
    open: (name) => `Ouvrir ${name}`,
    name: 'Nom d’un autre portefeuille',
    add: 'Ajouter un portefeuille',
    opening: 'Ouverture …',
  },
};

const de: KeysWords = {
  phrase: {
    title: 'Ihre Wiederherstellungswörter',
    lead: 'Schreiben Sie diese 24 Wörter in dieser Reihenfolge auf Papier. Damit bekommen Sie alles zurück: auf einem anderen Computer oder wenn die PIN vergessen ist.',
    warning: 'Wer sie hat, hat Ihre Wallet. Niemand von uns fragt je danach.',
    ask: 'Zur Sicherheit tippen Sie zwei davon von Ihrem Papier ab:',
    word: (number) => `Wort ${number}`,
    check: 'Ich habe sie auf Papier',
    hide: 'Vorerst verbergen',
    kept: 'Sie haben Ihre Wiederherstellungswörter aufgeschrieben.',
    notKept:
      'Ihre Wiederherstellungswörter sind noch nicht aufgeschrieben. Geht dieser Computer verloren, sind es auch Ihre Schlüssel.',
    show: 'Anzeigen',
    remind: 'Jetzt aufschreiben',
  },
  restore: {
    forgot: 'PIN vergessen?',
    forgotLead: 'Mit den 24 Wiederherstellungswörtern legen Sie eine neue fest.',
    phrase: 'Die 24 Wörter, durch Leerzeichen getrennt',
    setPin: 'Neue PIN festlegen',
    done: 'Die neue PIN gilt. Entsperren Sie mit ihr.',
    have: 'Ich habe schon eine Wallet',
    lead: 'Tippen Sie Ihre Wiederherstellungswörter ein: Schlüssel, Konto und Käufe kommen zurück.',
    now: 'Meine Wallet wiederherstellen',
    working: 'Ihre Schlüssel werden wiederhergestellt …',
    underWay: 'Ihre früheren Käufe werden geholt.',
    back: (count) => plurals.de(count, { one: '# früherer Kauf ist zurück.', other: '# frühere Käufe sind zurück.' }),
  },
  guardian: {
    title: 'Für ein Kind',
    lead: 'Eine eigene PIN der Aufsichtsperson macht daraus die Wallet eines Kindes: Was die PIN verlangt, verlangt dann diese.',
    appoint: 'Zur Wallet eines Kindes machen',
    newPin: 'Neue PIN der Aufsichtsperson',
    change: 'PIN der Aufsichtsperson ändern',
    childPin: 'Neue PIN für das Kind',
    childPinSet: 'PIN des Kindes festlegen',
    dismiss: 'Nicht mehr die eines Kindes',
    dismissLead: 'Die PIN der Aufsichtsperson beendet die Aufsicht und legt die PIN fest, die danach für alles gilt.',
    done: 'Erledigt',
  },
  keychain: {
    title: 'Schlüsselbund',
    used: 'Der Schlüsselbund des Systems bewahrt das Geheimnis des Geräts: Eine Kopie Ihrer Dateien allein öffnet nichts.',
    notUsed:
      'Das Geheimnis des Geräts ist eine Datei von Ihnen. Eine Passphrase statt einer PIN ist sicherer, falls jemand sie kopiert.',
  },
  people: {
    title: 'Personen an diesem Computer',
    lead: 'Jeder hat seine eigene Wallet, mit eigener PIN, eigenem Geld und eigenen Spielen.',
    here: 'gerade offen',
    open: (name) => `${name} öffnen`,
    name: 'Name für eine weitere Wallet',
    add: 'Wallet hinzufügen',
    opening: 'Wird geöffnet …',
  },
};

const es: KeysWords = {
  phrase: {
    title: 'Tu frase de recuperación',
    lead: 'Escribe estas 24 palabras en papel, en este orden. Con ellas lo recuperas todo: en otro ordenador o si olvidas el PIN.',
    warning: 'Quien las tenga tiene tu monedero. Nadie de los nuestros te las pedirá nunca.',
    ask: 'Para estar seguros, escribe dos de ellas mirando tu papel:',
    word: (number) => `Palabra ${number}`,
    check: 'Las tengo en papel',
    hide: 'Ocultar por ahora',
    kept: 'Has anotado tu frase de recuperación.',
    notKept: 'Tu frase de recuperación aún no está anotada. Si pierdes este ordenador, pierdes también tus claves.',
    show: 'Mostrarla',
    remind: 'Anotarla ahora',
  },
  restore: {
    forgot: '¿Has olvidado el PIN?',
    forgotLead: 'Las 24 palabras de tu frase de recuperación permiten elegir uno nuevo.',
    phrase: 'Las 24 palabras, separadas por espacios',
    setPin: 'Fijar el nuevo PIN',
    done: 'El nuevo PIN ya vale. Desbloquea con él.',
    have: 'Ya tengo un monedero',
    lead: 'Escribe la frase de recuperación de tu monedero: vuelven sus claves, su cuenta y tus compras.',
    now: 'Recuperar mi monedero',
    working: 'Recuperando tus claves …',
    underWay: 'Se están recuperando tus compras anteriores.',
    back: (count) =>
      plurals.es(count, {
        one: 'Ha vuelto # compra anterior.',
        other: 'Han vuelto # compras anteriores.',
      }),
  },
  guardian: {
    title: 'Para un menor',
    lead: 'El PIN de una persona responsable lo convierte en el monedero de un menor: desde entonces todo lo que pide el PIN pide ese.',
    appoint: 'Convertirlo en el de un menor',
    newPin: 'Nuevo PIN de la persona responsable',
    change: 'Cambiar el PIN de la persona responsable',
    childPin: 'Nuevo PIN del menor',
    childPinSet: 'Fijar el PIN del menor',
    dismiss: 'Ya no es el de un menor',
    dismissLead: 'El PIN de la persona responsable pone fin a la tutela y fija el PIN que todo pedirá después.',
    done: 'Hecho',
  },
  keychain: {
    title: 'Llavero',
    used: 'El llavero del sistema guarda el secreto de la máquina: una copia de tus archivos no abre nada por sí sola.',
    notUsed:
      'El secreto de la máquina es un archivo tuyo. Una frase de paso en vez de un PIN es más segura si alguien lo copia.',
  },
  people: {
    title: 'Personas en este ordenador',
    lead: 'Cada persona tiene su monedero, con su PIN, su dinero y sus juegos.',
    here: 'abierto ahora',
    open: (name) => `Abrir ${name}`,
    name: 'Nombre de otro monedero',
    add: 'Añadir un monedero',
    opening: 'Abriendo …',
  },
};

const ja: KeysWords = {
  phrase: {
    title: '復元フレーズ',
    lead: 'この24語を、この順番で紙に書き写してください。別のコンピューターに移るときや、PINを忘れたときに、すべてを取り戻せます。',
    warning: 'この言葉を知る人は、あなたのウォレットを使えます。私たちがお尋ねすることは決してありません。',
    ask: '確認のため、紙を見て次の2語を入力してください。',
    word: (number) => `${number}番目の語`,
    check: '紙に書きました',
    hide: '今は隠す',
    kept: '復元フレーズは書き写し済みです。',
    notKept: '復元フレーズがまだ書き写されていません。このコンピューターを失うと、鍵も失われます。',
    show: '表示する',
    remind: '今すぐ書き写す',
  },
  restore: {
    forgot: 'PINを忘れましたか？',
    forgotLead: '復元フレーズの24語で、新しいPINを決められます。',
    phrase: '24語（間に空白を入れる）',
    setPin: '新しいPINにする',
    done: '新しいPINになりました。このPINでロックを解除してください。',
    have: 'すでにウォレットを持っています',
    lead: 'お持ちのウォレットの復元フレーズを入力すると、鍵、口座、購入したものが戻ります。',
    now: 'ウォレットを復元する',
    working: '鍵を復元しています…',
    underWay: '以前の購入を取り寄せています。',
    back: (count) => plurals.ja(count, { other: '以前の購入 # 件が戻りました。' }),
  },
  guardian: {
    title: '子どものために',
    lead: '保護者専用のPINを決めると、子ども用ウォレットになります。以後、PINが必要な操作にはこのPINが必要です。',
    appoint: '子ども用にする',
    newPin: '保護者の新しいPIN',
    change: '保護者のPINを変える',
    childPin: '子どもの新しいPIN',
    childPinSet: '子どものPINを決める',
    dismiss: '子ども用をやめる',
    dismissLead: '保護者のPINで見守りを終え、以後すべてに使うPINを決めます。',
    done: '完了しました',
  },
  keychain: {
    title: 'キーチェーン',
    used: 'この機器の秘密はシステムのキーチェーンにあります。ファイルのコピーだけでは何も開きません。',
    notUsed: 'この機器の秘密はあなたのファイルにあります。コピーされた場合に備え、PINよりパスフレーズが安全です。',
  },
  people: {
    title: 'このコンピューターを使う人',
    lead: 'それぞれが、自分のPIN、お金、ゲームを持つウォレットを使います。',
    here: '使用中',
    open: (name) => `${name} を開く`,
    name: '新しいウォレットの名前',
    add: 'ウォレットを追加',
    opening: '開いています…',
  },
};

const ar: KeysWords = {
  phrase: {
    title: 'عبارة الاسترداد',
    lead: 'اكتب هذه الكلمات الأربع والعشرين على ورقة بهذا الترتيب. بها تستعيد كل شيء: على حاسوب آخر، أو إذا نسيت رمز PIN.',
    warning: 'من يملكها يملك محفظتك. لا أحد منا يطلبها منك أبدًا.',
    ask: 'للتأكد، اكتب كلمتين منها من ورقتك:',
    word: (number) => `الكلمة ${number}`,
    check: 'كتبتها على ورقة',
    hide: 'إخفاء الآن',
    kept: 'لقد دوّنت عبارة الاسترداد.',
    notKept: 'لم تُدوَّن عبارة الاسترداد بعد. إذا فُقد هذا الحاسوب فُقدت مفاتيحك معه.',
    show: 'إظهارها',
    remind: 'دوّنها الآن',
  },
  restore: {
    forgot: 'هل نسيت رمز PIN؟',
    forgotLead: 'بالكلمات الأربع والعشرين لعبارة الاسترداد تختار رمزًا جديدًا.',
    phrase: 'الكلمات الأربع والعشرون وبينها مسافات',
    setPin: 'اعتماد الرمز الجديد',
    done: 'الرمز الجديد سارٍ. افتح القفل به.',
    have: 'لديّ محفظة بالفعل',
    lead: 'اكتب عبارة استرداد محفظتك: تعود مفاتيحها وحسابها ومشترياتك.',
    now: 'استعادة محفظتي',
    working: 'جارٍ استعادة مفاتيحك…',
    underWay: 'جارٍ جلب مشترياتك السابقة.',
    back: (count) =>
      plurals.ar(count, {
        zero: 'لم تعد أي مشتريات سابقة.',
        one: 'عادت عملية شراء سابقة واحدة.',
        two: 'عادت عمليتا شراء سابقتان.',
        few: 'عادت # عمليات شراء سابقة.',
        many: 'عادت # عملية شراء سابقة.',
        other: 'عادت # عملية شراء سابقة.',
      }),
  },
  guardian: {
    title: 'من أجل طفل',
    lead: 'رمز PIN خاص بولي الأمر يجعلها محفظة طفل: بعدها كل ما يتطلب الرمز يتطلب هذا الرمز.',
    appoint: 'جعلها محفظة طفل',
    newPin: 'رمز PIN جديد لولي الأمر',
    change: 'تغيير رمز ولي الأمر',
    childPin: 'رمز PIN جديد للطفل',
    childPinSet: 'اعتماد رمز الطفل',
    dismiss: 'لم تعد محفظة طفل',
    dismissLead: 'رمز ولي الأمر ينهي الإشراف ويحدد الرمز الذي يُطلب بعد ذلك في كل شيء.',
    done: 'تم',
  },
  keychain: {
    title: 'سلسلة المفاتيح',
    used: 'تحفظ سلسلة مفاتيح النظام سر الجهاز: نسخة من ملفاتك وحدها لا تفتح شيئًا.',
    notUsed: 'سر الجهاز ملف من ملفاتك. عبارة مرور بدل رمز PIN أكثر أمانًا إذا نسخه أحد.',
  },
  people: {
    title: 'الأشخاص على هذا الحاسوب',
    lead: 'لكل شخص محفظته، برمزه وماله وألعابه.',
    here: 'مفتوحة الآن',
    open: (name) => `فتح ${name}`,
    name: 'اسم محفظة أخرى',
    add: 'إضافة محفظة',
    opening: 'جارٍ الفتح…',
  },
};

export const KEYS_WORDS = Object.freeze({ en, fr, de, es, ja, ar });
