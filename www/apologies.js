// What the visitor reads where no locale file could be loaded, or before it is; and what the button below says.

/** The widget could not start. */
export const failed = {
  en: ['The chat could not be opened. Please try again.', 'Try again'],
  'zh-CN': ['在线客服暂时无法打开，请重试。', '重试'],
  'zh-TW': ['線上客服暫時無法開啟，請重試。', '重試'],
  ar: ['تعذّر فتح المحادثة. أعد المحاولة من فضلك.', 'إعادة المحاولة'],
  es: ['No se ha podido abrir el chat. Inténtelo de nuevo.', 'Reintentar'],
  pt: ['Não foi possível abrir o chat. Tente novamente.', 'Tentar novamente'],
  fr: ['La discussion n’a pas pu être ouverte. Veuillez réessayer.', 'Réessayer'],
  de: ['Der Chat konnte nicht geöffnet werden. Bitte versuchen Sie es erneut.', 'Erneut versuchen'],
  ja: ['チャットを開けませんでした。もう一度お試しください。', '再試行'],
  ko: ['채팅을 열지 못했습니다. 다시 시도해 주세요.', '다시 시도'],
};

/** The ticket that came with this window was refused. */
export const refused = {
  en: [
    'Your conversation could not be brought into this window. Go back to the page and open the window from there once more.',
    'Begin anew here',
  ],
  'zh-CN': ['未能将您的会话转到此窗口。请返回原页面，再次从那里打开。', '在此重新开始'],
  'zh-TW': ['無法將您的對話移到此視窗。請返回原本的頁面，再從那裡開啟一次。', '在此重新開始'],
  ar: ['تعذّر نقل محادثتك إلى هذه النافذة. ارجع إلى الصفحة وافتح النافذة منها مرة أخرى.', 'البدء من جديد هنا'],
  es: ['No se ha podido traer su conversación a esta ventana. Vuelva a la página y abra la ventana de nuevo desde allí.', 'Empezar de nuevo aquí'],
  pt: ['Não foi possível trazer a conversa para esta janela. Volte à página e abra a janela de novo a partir dela.', 'Começar de novo aqui'],
  fr: ['Votre conversation n’a pas pu être transférée dans cette fenêtre. Retournez sur la page et ouvrez à nouveau la fenêtre depuis celle-ci.', 'Recommencer ici'],
  de: ['Ihr Chat konnte nicht in dieses Fenster übernommen werden. Gehen Sie zurück zur Seite und öffnen Sie das Fenster von dort noch einmal.', 'Hier neu beginnen'],
  ja: ['チャットをこのウィンドウに引き継げませんでした。元のページに戻り、もう一度ウィンドウを開いてください。', 'ここで新しく始める'],
  ko: ['상담을 이 창으로 옮기지 못했습니다. 원래 페이지로 돌아가 창을 다시 열어 주세요.', '여기서 새로 시작'],
};
