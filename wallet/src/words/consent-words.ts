/** What the page says of automatic approvals, fairness rules, and of a child's wallet and its guardian. */
import type { GrantKind } from '@coinslot/protocol';

export interface ConsentWords {
  readonly allow: {
    readonly title: string;
    readonly hint: string;
    readonly kind: string;
    readonly kinds: Readonly<Record<GrantKind, string>>;
    readonly budget: string;
    readonly perPayment: string;
    readonly days: string;
    readonly make: string;
    readonly end: string;
    readonly stands: (kind: string, left: string, until: string) => string;
    readonly paid: (amount: string, payee: string) => string;
  };
  readonly fair: {
    readonly title: string;
    readonly hint: string;
    readonly between: string;
    readonly afterNo: string;
    readonly afterLoss: string;
    readonly seconds: string;
    readonly looser: string;
  };
  readonly child: {
    readonly title: string;
    readonly hint: string;
    readonly mode: string;
    readonly modes: Readonly<Record<'off' | 'ask' | 'allowance', string>>;
    readonly day: string;
    readonly month: string;
    readonly spent: (day: string, month: string) => string;
    readonly pin: string;
    readonly answer: string;
    /** At the terminal. */
    readonly answerOnPage: string;
    readonly asks: (game: string) => string;
    readonly until: (time: string) => string;
    readonly look: string;
    readonly no: string;
    readonly noHint: string;
    readonly withdraw: string;
    readonly noes: string;
    readonly takeBack: string;
  };
}

const en: ConsentWords = {
  allow: {
    title: 'Automatic approval',
    hint: 'Pays without asking, for one kind of thing, up to what you set here and until it ends. You are told each time.',
    kind: 'For',
    kinds: {
      level: 'Levels',
      scene: 'Scenes',
      minutes: 'Minutes of play',
      uses: 'Uses',
      until: 'Access until a date',
      period: 'Access for some days',
      forever: 'Things to keep',
    },
    budget: 'In all, at most',
    perPayment: 'Each payment, at most',
    days: 'Ends after days',
    make: 'Allow',
    end: 'End it now',
    stands: (kind, left, until) => `${kind}: ${left} left, until ${until}`,
    paid: (amount, payee) => `${amount} paid automatically to ${payee}`,
  },
  fair: {
    title: 'Peace from offers',
    hint: 'However often a game wants to ask, it may not ask sooner than this. 0 is off.',
    between: 'Between two offers',
    afterNo: 'After a no of yours',
    afterLoss: 'After a lost life',
    seconds: 'seconds',
    looser: 'PIN, for shorter times',
  },
  child: {
    title: 'A child’s wallet',
    hint: 'Whatever takes the PIN takes the guardian’s. Games never hear that there is a guardian.',
    mode: 'The child alone',
    modes: {
      off: 'pays nothing: payments are off',
      ask: 'pays nothing, but may ask you',
      allowance: 'pays up to these sums, and asks above them',
    },
    day: 'A day',
    month: 'A month',
    spent: (day, month) => `Paid alone: ${day} today, ${month} this month`,
    pin: 'Guardian’s PIN',
    answer: 'The guardian answers: with this PIN it is paid, or refused for good.',
    answerOnPage: 'The guardian answers on the wallet’s page.',
    asks: (game) => `${game}: may I?`,
    until: (time) => `At this price until ${time}`,
    look: 'Look at it and answer',
    no: 'No, for good',
    noHint: 'This is not asked again until you take it back.',
    withdraw: 'Not wanted any more',
    noes: 'Refused for good',
    takeBack: 'Take back',
  },
};

const fr: ConsentWords = {
  allow: {
    title: 'Accord automatique',
    hint: 'Paie sans demander, pour une sorte de chose, jusqu’à ce que vous fixez ici et jusqu’à sa fin. Vous l’apprenez à chaque fois.',
    kind: 'Pour',
    kinds: {
      level: 'Des niveaux',
      scene: 'Des scènes',
      minutes: 'Des minutes de jeu',
      uses: 'Des utilisations',
      until: 'Un accès jusqu’à une date',
      period: 'Un accès de quelques jours',
      forever: 'Des choses à garder',
    },
    budget: 'En tout, au plus',
    perPayment: 'Chaque paiement, au plus',
    days: 'Finit après (jours)',
    make: 'Permettre',
    end: 'Terminer maintenant',
    stands: (kind, left, until) => `${kind} : il reste ${left}, jusqu’au ${until}`,
    paid: (amount, payee) => `${amount} payés automatiquement à ${payee}`,
  },
  fair: {
    title: 'Répit entre les offres',
    hint: 'Aussi souvent qu’un jeu le veuille, il ne demande pas plus tôt que cela. 0 : sans délai.',
    between: 'Entre deux offres',
    afterNo: 'Après un non de vous',
    afterLoss: 'Après une vie perdue',
    seconds: 'secondes',
    looser: 'Code PIN, pour raccourcir',
  },
  child: {
    title: 'Le portefeuille d’un enfant',
    hint: 'Tout ce qui demande le code PIN demande celui du responsable. Les jeux n’apprennent jamais qu’il y en a un.',
    mode: 'L’enfant seul',
    modes: {
      off: 'ne paie rien : les paiements sont coupés',
      ask: 'ne paie rien, mais peut vous demander',
      allowance: 'paie jusqu’à ces sommes, et demande au-delà',
    },
    day: 'Par jour',
    month: 'Par mois',
    spent: (day, month) => `Payé seul : ${day} aujourd’hui, ${month} ce mois-ci`,
    pin: 'Code du responsable',
    answer: 'Le responsable répond : avec ce code, c’est payé, ou refusé pour de bon.',
    answerOnPage: 'Le responsable répond sur la page du portefeuille.',
    asks: (game) => `${game} : je peux ?`,
    until: (time) => `À ce prix jusqu’au ${time}`,
    look: 'Regarder et répondre',
    no: 'Non, pour de bon',
    noHint: 'Ce ne sera plus demandé tant que vous ne revenez pas dessus.',
    withdraw: 'Plus voulu',
    noes: 'Refusé pour de bon',
    takeBack: 'Revenir dessus',
  },
};

const de: ConsentWords = {
  allow: {
    title: 'Automatische Zustimmung',
    hint: 'Zahlt ohne Nachfrage, für eine Art von Dingen, bis zu Ihren Grenzen hier und bis zum Ablauf. Sie erfahren es jedes Mal.',
    kind: 'Für',
    kinds: {
      level: 'Level',
      scene: 'Szenen',
      minutes: 'Spielminuten',
      uses: 'Nutzungen',
      until: 'Zugang bis zu einem Datum',
      period: 'Zugang für einige Tage',
      forever: 'Dinge zum Behalten',
    },
    budget: 'Insgesamt höchstens',
    perPayment: 'Je Zahlung höchstens',
    days: 'Endet nach Tagen',
    make: 'Erlauben',
    end: 'Jetzt beenden',
    stands: (kind, left, until) => `${kind}: noch ${left}, bis ${until}`,
    paid: (amount, payee) => `${amount} automatisch an ${payee} gezahlt`,
  },
  fair: {
    title: 'Ruhe vor Angeboten',
    hint: 'So oft ein Spiel auch fragen möchte: früher darf es nicht. 0 bedeutet aus.',
    between: 'Zwischen zwei Angeboten',
    afterNo: 'Nach Ihrem Nein',
    afterLoss: 'Nach einem verlorenen Leben',
    seconds: 'Sekunden',
    looser: 'PIN, für kürzere Zeiten',
  },
  child: {
    title: 'Eine Wallet für ein Kind',
    hint: 'Was die PIN verlangt, verlangt die der Aufsichtsperson. Spiele erfahren nie, dass es eine gibt.',
    mode: 'Das Kind allein',
    modes: {
      off: 'zahlt nichts: Zahlungen sind aus',
      ask: 'zahlt nichts, darf Sie aber fragen',
      allowance: 'zahlt bis zu diesen Beträgen und fragt darüber',
    },
    day: 'Am Tag',
    month: 'Im Monat',
    spent: (day, month) => `Allein gezahlt: ${day} heute, ${month} in diesem Monat`,
    pin: 'PIN der Aufsichtsperson',
    answer: 'Die Aufsichtsperson antwortet: Mit dieser PIN wird gezahlt oder endgültig abgelehnt.',
    answerOnPage: 'Die Aufsichtsperson antwortet auf der Seite der Wallet.',
    asks: (game) => `${game}: Darf ich?`,
    until: (time) => `Zu diesem Preis bis ${time}`,
    look: 'Ansehen und antworten',
    no: 'Nein, endgültig',
    noHint: 'Danach wird nicht mehr gefragt, bis Sie es zurücknehmen.',
    withdraw: 'Nicht mehr gewünscht',
    noes: 'Endgültig abgelehnt',
    takeBack: 'Zurücknehmen',
  },
};

const es: ConsentWords = {
  allow: {
    title: 'Aprobación automática',
    hint: 'Paga sin preguntar, para un tipo de cosa, hasta lo que fijes aquí y hasta que termine. Se te avisa cada vez.',
    kind: 'Para',
    kinds: {
      level: 'Niveles',
      scene: 'Escenas',
      minutes: 'Minutos de juego',
      uses: 'Usos',
      until: 'Acceso hasta una fecha',
      period: 'Acceso por unos días',
      forever: 'Cosas para siempre',
    },
    budget: 'En total, como máximo',
    perPayment: 'Cada pago, como máximo',
    days: 'Termina tras (días)',
    make: 'Permitir',
    end: 'Terminarla ya',
    stands: (kind, left, until) => `${kind}: quedan ${left}, hasta el ${until}`,
    paid: (amount, payee) => `${amount} pagados automáticamente a ${payee}`,
  },
  fair: {
    title: 'Descanso entre ofertas',
    hint: 'Por mucho que un juego quiera preguntar, no puede hacerlo antes. 0 es sin espera.',
    between: 'Entre dos ofertas',
    afterNo: 'Tras un no tuyo',
    afterLoss: 'Tras perder una vida',
    seconds: 'segundos',
    looser: 'PIN, para acortar',
  },
  child: {
    title: 'El monedero de un menor',
    hint: 'Todo lo que pide el PIN pide el de la persona responsable. Los juegos nunca saben que la hay.',
    mode: 'El menor, por su cuenta',
    modes: {
      off: 'no paga nada: los pagos están desactivados',
      ask: 'no paga nada, pero puede pedírtelo',
      allowance: 'paga hasta estas sumas y pide permiso por encima',
    },
    day: 'Al día',
    month: 'Al mes',
    spent: (day, month) => `Pagado por su cuenta: ${day} hoy, ${month} este mes`,
    pin: 'PIN de la persona responsable',
    answer: 'Responde la persona responsable: con este PIN se paga o se rechaza para siempre.',
    answerOnPage: 'La persona responsable responde en la página del monedero.',
    asks: (game) => `${game}: ¿puedo?`,
    until: (time) => `A este precio hasta el ${time}`,
    look: 'Mirarlo y responder',
    no: 'No, para siempre',
    noHint: 'No se volverá a pedir hasta que lo retires.',
    withdraw: 'Ya no lo quiero',
    noes: 'Rechazado para siempre',
    takeBack: 'Retirar el no',
  },
};

const ja: ConsentWords = {
  allow: {
    title: '自動承認',
    hint: '一種類のものだけを、ここで決めた上限と期限までは、確認せずに支払います。支払いのたびにお知らせします。',
    kind: '対象',
    kinds: {
      level: 'レベル',
      scene: 'シーン',
      minutes: 'プレイ時間（分）',
      uses: '使用回数',
      until: '期日までの利用',
      period: '数日間の利用',
      forever: '買い切り',
    },
    budget: '合計の上限',
    perPayment: '1回の上限',
    days: '有効日数',
    make: '許可する',
    end: '今すぐ終了する',
    stands: (kind, left, until) => `${kind}：残り ${left}、${until} まで`,
    paid: (amount, payee) => `${payee} に ${amount} を自動で支払いました`,
  },
  fair: {
    title: '提案の間隔',
    hint: 'ゲームが何度聞こうとしても、この時間より早くは聞けません。0 で無効になります。',
    between: '提案と提案の間',
    afterNo: '断った後',
    afterLoss: 'ライフを失った後',
    seconds: '秒',
    looser: 'PIN（短くするとき）',
  },
  child: {
    title: '子ども用ウォレット',
    hint: 'PIN が必要な操作には、保護者の PIN が必要です。保護者がいることはゲームには伝わりません。',
    mode: '子どもだけでは',
    modes: {
      off: '支払えない（支払いオフ）',
      ask: '支払えないが、保護者に頼める',
      allowance: 'この金額まで支払え、超えるときは頼む',
    },
    day: '1日',
    month: '1か月',
    spent: (day, month) => `子どもの支払い：今日 ${day}、今月 ${month}`,
    pin: '保護者の PIN',
    answer: '保護者が答えます。この PIN で支払うか、今後ずっと断ります。',
    answerOnPage: '保護者がウォレットのページで答えます。',
    asks: (game) => `${game}：買ってもいい？`,
    until: (time) => `この価格は ${time} まで`,
    look: '内容を見て答える',
    no: '今後ずっと断る',
    noHint: '取り消すまで、もう聞かれません。',
    withdraw: 'もういらない',
    noes: '今後ずっと断ったもの',
    takeBack: '取り消す',
  },
};

const ar: ConsentWords = {
  allow: {
    title: 'الموافقة التلقائية',
    hint: 'تدفع دون سؤال، لنوع واحد من الأشياء، في حدود ما تضعه هنا وحتى تنتهي. ويصلك إشعار في كل مرة.',
    kind: 'من أجل',
    kinds: {
      level: 'المستويات',
      scene: 'المشاهد',
      minutes: 'دقائق اللعب',
      uses: 'مرات الاستخدام',
      until: 'الوصول حتى تاريخ معين',
      period: 'الوصول لعدة أيام',
      forever: 'الأشياء الدائمة',
    },
    budget: 'المجموع كحد أقصى',
    perPayment: 'كل دفعة كحد أقصى',
    days: 'تنتهي بعد (أيام)',
    make: 'السماح',
    end: 'إنهاؤها الآن',
    stands: (kind, left, until) => `${kind}: بقي ${left} حتى ${until}`,
    paid: (amount, payee) => `دُفع ${amount} تلقائيًا إلى ${payee}`,
  },
  fair: {
    title: 'استراحة من العروض',
    hint: 'مهما أرادت اللعبة أن تسأل، لا يمكنها أن تسأل قبل هذا الوقت. الصفر يعني بلا انتظار.',
    between: 'بين عرضين',
    afterNo: 'بعد رفضك',
    afterLoss: 'بعد خسارة محاولة',
    seconds: 'ثانية',
    looser: 'رمز PIN لتقصير المدة',
  },
  child: {
    title: 'محفظة طفل',
    hint: 'كل ما يتطلب رمز PIN يتطلب رمز ولي الأمر. ولا تعرف الألعاب أبدًا بوجود ولي أمر.',
    mode: 'الطفل وحده',
    modes: {
      off: 'لا يدفع شيئًا: المدفوعات متوقفة',
      ask: 'لا يدفع شيئًا، لكن يمكنه أن يطلب منك',
      allowance: 'يدفع حتى هذه المبالغ ويطلب الإذن لما فوقها',
    },
    day: 'في اليوم',
    month: 'في الشهر',
    spent: (day, month) => `ما دفعه وحده: ${day} اليوم، ${month} هذا الشهر`,
    pin: 'رمز PIN لولي الأمر',
    answer: 'ولي الأمر هو من يجيب: بهذا الرمز يُدفع المبلغ أو يُرفض نهائيًا.',
    answerOnPage: 'يجيب ولي الأمر في صفحة المحفظة.',
    asks: (game) => `${game}: هل يمكنني؟`,
    until: (time) => `بهذا السعر حتى ${time}`,
    look: 'الاطلاع عليه والرد',
    no: 'لا، نهائيًا',
    noHint: 'لن يُطلب هذا مرة أخرى حتى تتراجع.',
    withdraw: 'لم يعد مطلوبًا',
    noes: 'المرفوض نهائيًا',
    takeBack: 'التراجع عن الرفض',
  },
};

export const CONSENT_WORDS = Object.freeze({ en, fr, de, es, ja, ar });
