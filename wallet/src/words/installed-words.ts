/** What the page says about games that are no web page: programs on this computer, which are connected by a code. */
export interface InstalledWords {
  readonly title: string;
  readonly lead: string;
  readonly open: string;
  /** Over the code. */
  readonly type: string;
  readonly until: (time: string) => string;
  readonly warning: string;
  readonly cancel: string;
  /** In place of a web address. */
  readonly origin: string;
}

const en: InstalledWords = {
  title: 'Connect an installed game',
  lead: 'For a game that is a program on this computer and not a web page. It takes a code, so that nothing else can pass for it.',
  open: 'Show a code',
  type: 'Type this code into the game:',
  until: (time) => `Good until ${time}, for one game.`,
  warning: 'Type it only into a game that you started yourself, never into a web page.',
  cancel: 'Withdraw the code',
  origin: 'A program on this computer, not a web page',
};

const fr: InstalledWords = {
  title: 'Connecter un jeu installé',
  lead: 'Pour un jeu qui est un programme de cet ordinateur et non une page web. Il demande un code, pour que rien d’autre ne puisse se faire passer pour lui.',
  open: 'Afficher un code',
  type: 'Saisissez ce code dans le jeu :',
  until: (time) => `Valable jusqu’à ${time}, pour un seul jeu.`,
  warning: 'Ne le saisissez que dans un jeu que vous avez lancé vous-même, jamais dans une page web.',
  cancel: 'Retirer le code',
  origin: 'Un programme de cet ordinateur, pas une page web',
};

const de: InstalledWords = {
  title: 'Installiertes Spiel verbinden',
  lead: 'Für ein Spiel, das ein Programm auf diesem Computer ist und keine Webseite. Es braucht einen Code, damit sich nichts anderes dafür ausgeben kann.',
  open: 'Code anzeigen',
  type: 'Geben Sie diesen Code in das Spiel ein:',
  until: (time) => `Gültig bis ${time}, für ein Spiel.`,
  warning: 'Geben Sie ihn nur in ein Spiel ein, das Sie selbst gestartet haben, niemals in eine Webseite.',
  cancel: 'Code zurückziehen',
  origin: 'Ein Programm auf diesem Computer, keine Webseite',
};

const es: InstalledWords = {
  title: 'Conectar un juego instalado',
  lead: 'Para un juego que es un programa de este ordenador y no una página web. Pide un código para que nada más pueda hacerse pasar por él.',
  open: 'Mostrar un código',
  type: 'Escribe este código en el juego:',
  until: (time) => `Válido hasta ${time}, para un solo juego.`,
  warning: 'Escríbelo solo en un juego que hayas iniciado tú, nunca en una página web.',
  cancel: 'Retirar el código',
  origin: 'Un programa de este ordenador, no una página web',
};

const ja: InstalledWords = {
  title: 'インストールしたゲームを接続',
  lead: 'ウェブページではなく、このコンピューター上のプログラムであるゲームのためのものです。ほかのものがなりすませないように、コードを使います。',
  open: 'コードを表示',
  type: 'このコードをゲームに入力してください：',
  until: (time) => `${time} まで有効です。ゲーム一つに使えます。`,
  warning: '自分で起動したゲームにだけ入力し、ウェブページには入力しないでください。',
  cancel: 'コードを取り消す',
  origin: 'このコンピューター上のプログラム（ウェブページではありません）',
};

const ar: InstalledWords = {
  title: 'ربط لعبة مثبتة',
  lead: 'للعبة هي برنامج على هذا الحاسوب وليست صفحة ويب. تُربط برمز حتى لا ينتحل شيء آخر صفتها.',
  open: 'إظهار رمز',
  type: 'اكتب هذا الرمز في اللعبة:',
  until: (time) => `صالح حتى ${time}، للعبة واحدة.`,
  warning: 'اكتبه فقط في لعبة شغّلتها بنفسك، ولا تكتبه أبدًا في صفحة ويب.',
  cancel: 'سحب الرمز',
  origin: 'برنامج على هذا الحاسوب، وليس صفحة ويب',
};

export const INSTALLED_WORDS = Object.freeze({ en, fr, de, es, ja, ar });
