/** What the page and the terminal say of the password. */
export interface PasswordWords {
  readonly title: string;
  readonly lead: string;
  readonly isSet: string;
  readonly label: string;
  readonly current: string;
  readonly next: string;
  readonly repeat: string;
  readonly different: string;
  readonly set: string;
  readonly change: string;
  readonly end: string;
  readonly endLead: string;
  readonly forgot: string;
  readonly forgotLead: string;
  readonly saved: string;
  /** After the phrase has set another one, which waits. */
  readonly waits: string;
  /** Another one waits, and when it takes over; the same where none takes the place of the one that stands. */
  readonly pending: (date: string) => string;
  readonly pendingEnd: (date: string) => string;
  readonly notYou: string;
  readonly keep: string;
  readonly kept: string;
  readonly ended: string;
  /** In a payment, beside the amount. */
  readonly pay: string;
  readonly payLocked: string;
  readonly retryAt: (time: string) => string;
  /** In the place of making it a child's wallet. */
  readonly beforeGuardian: string;
}

const en: PasswordWords = {
  title: 'Password',
  lead: 'Takes the PIN’s place in payments from your account. It is stored nowhere, and knowing your PIN is then not enough to pay.',
  isSet: 'A password is set. Payments that take more than a press take it in place of the PIN.',
  label: 'Password',
  current: 'Present password',
  next: 'New password',
  repeat: 'New password again',
  different: 'The two passwords differ.',
  set: 'Set a password',
  change: 'Change the password',
  end: 'Pay with the PIN again',
  endLead: 'The password ends at once, and the PIN takes its place.',
  forgot: 'Forgotten password',
  forgotLead:
    'The 24 words of your recovery phrase set a new one. It takes over after 24 hours; until then the present one stands.',
  saved: 'The password holds.',
  waits: 'Registered. It takes over a day from now; until then the present one stands.',
  pending: (date) => `Another password takes over on ${date}; until then yours stands.`,
  pendingEnd: (date) => `The password ends on ${date}, and the PIN takes its place; until then it stands.`,
  notYou: 'If that was not you, keep yours.',
  keep: 'Keep my password',
  kept: 'Your password stays.',
  ended: 'The PIN pays again.',
  pay: 'Enter your password. Nothing is paid without it.',
  payLocked: 'Your PIN opens the wallet, and your password pays.',
  retryAt: (time) => `Too many wrong passwords. Next try at ${time}.`,
  beforeGuardian: 'Before this becomes a child’s wallet, end the password: the guardian sets another one.',
};

const fr: PasswordWords = {
  title: 'Mot de passe',
  lead: 'Remplace le code PIN dans les paiements de votre compte. Il n’est enregistré nulle part, et connaître votre code PIN ne suffit alors plus pour payer.',
  isSet: 'Un mot de passe est défini. Il remplace le code PIN dans les paiements qui demandent plus qu’un appui.',
  label: 'Mot de passe',
  current: 'Mot de passe actuel',
  next: 'Nouveau mot de passe',
  repeat: 'Nouveau mot de passe, encore une fois',
  different: 'Les deux mots de passe diffèrent.',
  set: 'Définir un mot de passe',
  change: 'Changer le mot de passe',
  end: 'Payer de nouveau avec le code PIN',
  endLead: 'Le mot de passe prend fin aussitôt, et le code PIN le remplace.',
  forgot: 'Mot de passe oublié',
  forgotLead:
    'Les 24 mots de votre phrase de récupération en définissent un nouveau. Il prend effet après 24 heures ; d’ici là, l’actuel reste valable.',
  saved: 'Le mot de passe est en place.',
  waits: 'Enregistré. Il prend effet dans un jour ; d’ici là, l’actuel reste valable.',
  pending: (date) => `Un autre mot de passe prend effet le ${date} ; d’ici là, le vôtre reste valable.`,
  pendingEnd: (date) =>
    `Le mot de passe prend fin le ${date}, et le code PIN le remplace ; d’ici là, il reste valable.`,
  notYou: 'Si ce n’était pas vous, gardez le vôtre.',
  keep: 'Garder mon mot de passe',
  kept: 'Votre mot de passe reste en place.',
  ended: 'Le code PIN paie de nouveau.',
  pay: 'Saisissez votre mot de passe. Rien n’est payé sans lui.',
  payLocked: 'Votre code PIN ouvre le portefeuille, et votre mot de passe paie.',
  retryAt: (time) => `Trop de mots de passe faux. Prochain essai à ${time}.`,
  beforeGuardian:
    'Avant d’en faire le portefeuille d’un enfant, supprimez le mot de passe : le responsable en définira un autre.',
};

const de: PasswordWords = {
  title: 'Passwort',
  lead: 'Tritt bei Zahlungen von Ihrem Konto an die Stelle der PIN. Es ist nirgends gespeichert, und Ihre PIN zu kennen reicht dann zum Zahlen nicht mehr.',
  isSet: 'Ein Passwort ist gesetzt. Zahlungen, die mehr als einen Druck verlangen, verlangen es statt der PIN.',
  label: 'Passwort',
  current: 'Bisheriges Passwort',
  next: 'Neues Passwort',
  repeat: 'Neues Passwort noch einmal',
  different: 'Die beiden Passwörter sind verschieden.',
  set: 'Passwort setzen',
  change: 'Passwort ändern',
  end: 'Wieder mit der PIN zahlen',
  endLead: 'Das Passwort endet sofort, und die PIN tritt an seine Stelle.',
  forgot: 'Passwort vergessen',
  forgotLead:
    'Mit den 24 Wörtern Ihrer Wiederherstellungsphrase setzen Sie ein neues. Es gilt nach 24 Stunden; bis dahin gilt das bisherige.',
  saved: 'Das Passwort gilt.',
  waits: 'Registriert. Es gilt in einem Tag; bis dahin gilt das bisherige.',
  pending: (date) => `Ab ${date} gilt ein anderes Passwort; bis dahin gilt Ihres.`,
  pendingEnd: (date) => `Das Passwort endet am ${date}, und die PIN tritt an seine Stelle; bis dahin gilt es.`,
  notYou: 'Wenn Sie das nicht waren, behalten Sie Ihres.',
  keep: 'Mein Passwort behalten',
  kept: 'Ihr Passwort bleibt.',
  ended: 'Die PIN zahlt wieder.',
  pay: 'Geben Sie Ihr Passwort ein. Ohne es wird nichts gezahlt.',
  payLocked: 'Ihre PIN öffnet die Wallet, und Ihr Passwort zahlt.',
  retryAt: (time) => `Zu viele falsche Passwörter. Nächster Versuch um ${time}.`,
  beforeGuardian:
    'Beenden Sie das Passwort, bevor dies eine Wallet für ein Kind wird: Die Aufsichtsperson setzt ein anderes.',
};

const es: PasswordWords = {
  title: 'Contraseña',
  lead: 'Sustituye al PIN en los pagos de tu cuenta. No se guarda en ningún sitio, y conocer tu PIN ya no basta entonces para pagar.',
  isSet: 'Hay una contraseña. Los pagos que piden más que una pulsación la piden en lugar del PIN.',
  label: 'Contraseña',
  current: 'Contraseña actual',
  next: 'Contraseña nueva',
  repeat: 'Contraseña nueva otra vez',
  different: 'Las dos contraseñas son distintas.',
  set: 'Poner una contraseña',
  change: 'Cambiar la contraseña',
  end: 'Volver a pagar con el PIN',
  endLead: 'La contraseña termina en el acto, y el PIN ocupa su lugar.',
  forgot: 'Contraseña olvidada',
  forgotLead:
    'Con las 24 palabras de tu frase de recuperación pones una nueva. Entra en vigor a las 24 horas; hasta entonces vale la actual.',
  saved: 'La contraseña ya vale.',
  waits: 'Registrada. Entra en vigor dentro de un día; hasta entonces vale la actual.',
  pending: (date) => `Otra contraseña entra en vigor el ${date}; hasta entonces vale la tuya.`,
  pendingEnd: (date) => `La contraseña termina el ${date}, y el PIN ocupa su lugar; hasta entonces vale.`,
  notYou: 'Si no fuiste tú, conserva la tuya.',
  keep: 'Conservar mi contraseña',
  kept: 'Tu contraseña se queda.',
  ended: 'El PIN vuelve a pagar.',
  pay: 'Escribe tu contraseña. Sin ella no se paga nada.',
  payLocked: 'Tu PIN abre el monedero y tu contraseña paga.',
  retryAt: (time) => `Demasiadas contraseñas erróneas. Próximo intento: ${time}.`,
  beforeGuardian: 'Antes de que sea el monedero de un menor, quita la contraseña: la persona responsable pondrá otra.',
};

const ja: PasswordWords = {
  title: 'パスワード',
  lead: '口座からの支払いで PIN の代わりになります。どこにも保存されず、設定した後は PIN を知っているだけでは支払えません。',
  isSet: 'パスワードが設定されています。ボタンだけでは足りない支払いでは、PIN の代わりに必要です。',
  label: 'パスワード',
  current: '現在のパスワード',
  next: '新しいパスワード',
  repeat: '新しいパスワード（もう一度）',
  different: '2つのパスワードが一致しません。',
  set: 'パスワードを設定する',
  change: 'パスワードを変更する',
  end: 'PIN での支払いに戻す',
  endLead: 'パスワードはすぐに無効になり、PIN に戻ります。',
  forgot: 'パスワードを忘れた場合',
  forgotLead:
    'リカバリーフレーズの24語で新しいパスワードを設定できます。24時間後に切り替わり、それまでは現在のパスワードが有効です。',
  saved: 'パスワードが有効になりました。',
  waits: '登録しました。1日後に切り替わります。それまでは現在のパスワードが有効です。',
  pending: (date) => `${date} に別のパスワードに切り替わります。それまでは現在のパスワードが有効です。`,
  pendingEnd: (date) => `${date} にパスワードがなくなり、PIN に戻ります。それまでは有効です。`,
  notYou: '心当たりがない場合は、現在のパスワードを維持してください。',
  keep: '現在のパスワードを維持する',
  kept: '現在のパスワードが維持されました。',
  ended: 'PIN での支払いに戻りました。',
  pay: 'パスワードを入力してください。入力しなければ支払われません。',
  payLocked: 'PIN でウォレットを開き、パスワードで支払います。',
  retryAt: (time) => `パスワードの間違いが多すぎます。次は ${time} に入力できます。`,
  beforeGuardian: '子ども用ウォレットにする前に、パスワードをやめてください。保護者が別のものを設定します。',
};

const ar: PasswordWords = {
  title: 'كلمة المرور',
  lead: 'تحل محل رمز PIN في المدفوعات من حسابك. لا تُحفظ في أي مكان، ومعرفة رمز PIN الخاص بك لا تكفي عندئذٍ للدفع.',
  isSet: 'توجد كلمة مرور. تُطلب بدل رمز PIN في كل دفعة لا تكفي فيها ضغطة.',
  label: 'كلمة المرور',
  current: 'كلمة المرور الحالية',
  next: 'كلمة مرور جديدة',
  repeat: 'كلمة المرور الجديدة مرة أخرى',
  different: 'كلمتا المرور مختلفتان.',
  set: 'وضع كلمة مرور',
  change: 'تغيير كلمة المرور',
  end: 'العودة إلى الدفع برمز PIN',
  endLead: 'تنتهي كلمة المرور فورًا، ويحل رمز PIN محلها.',
  forgot: 'هل نسيت كلمة المرور؟',
  forgotLead:
    'بالكلمات الأربع والعشرين لعبارة الاسترداد تضع كلمة جديدة. تسري بعد 24 ساعة؛ وحتى ذلك الحين تبقى الكلمة الحالية سارية.',
  saved: 'كلمة المرور سارية.',
  waits: 'سُجلت. تسري بعد يوم؛ وحتى ذلك الحين تبقى الكلمة الحالية سارية.',
  pending: (date) => `تحل كلمة مرور أخرى محل كلمتك في ${date}؛ وحتى ذلك الحين تبقى كلمتك سارية.`,
  pendingEnd: (date) => `تنتهي كلمة المرور في ${date} ويحل رمز PIN محلها؛ وحتى ذلك الحين تبقى سارية.`,
  notYou: 'إن لم تكن أنت من فعل ذلك، فاحتفظ بكلمتك.',
  keep: 'الاحتفاظ بكلمة المرور',
  kept: 'بقيت كلمة مرورك.',
  ended: 'عاد الدفع برمز PIN.',
  pay: 'أدخل كلمة المرور. لا يُدفع شيء من دونها.',
  payLocked: 'رمز PIN يفتح المحفظة، وكلمة المرور تدفع.',
  retryAt: (time) => `محاولات كثيرة بكلمة مرور خاطئة. المحاولة التالية ${time}.`,
  beforeGuardian: 'قبل أن تصير هذه محفظة طفل، أنهِ كلمة المرور: سيضع ولي الأمر كلمة أخرى.',
};

export const PASSWORD_WORDS = Object.freeze({ en, fr, de, es, ja, ar });
