// Every sentence of the desk, in both languages.

const texts = {
  en: {
    desk: "Agent desk", entranceHint: "Sign in to answer visitors of this sandbox.", yourName: "Your name",
    signIn: "Sign in", signOut: "Sign out", otherLanguage: "中文", conversations: "Conversations",
    conversation: "Conversation", transcript: "Transcript", nobody: "No conversations yet. Visitors appear here by themselves.",
    choose: "Choose a conversation on the left.", back: "Back to the list", accept: "Accept", end: "End",
    endQuestion: "End this conversation? The visitor will be told.", keep: "Keep open", reply: "Reply",
    replyHint: "Write a reply…", send: "Send", waiting: "Waiting", mine: "Active", colleagues: "With colleagues",
    robot: "With the robot", offline: "Left messages", ended: "Ended", signedOut: "You have been signed out.",
    trouble: "Connection lost. Trying again…", isTyping: "{name} is typing…", unread: "{n} unread", news: "{n} waiting",
    load: "{active} of {capacity}", place: "place {n}", since: "since {time}",
    servedBy: "served by {name}", rated: "Rated {level} of 5", noRating: "Not rated", queueOf: "queue {name}",
    media: "[{media}]",
    kind_IMAGE: "Picture", kind_AUDIO: "Sound", kind_VIDEO: "Video", kind_DOCUMENT: "Document", kind_FILE: "File",
    kind_FILE_IMAGE: "Picture", kind_FILE_VIDEO: "Video", kind_LOCATE: "Location", kind_WEBCARD: "Card", kind_EMOTICONS: "Emoticon",
    attach: "Send files", format: "Format text", more: "More…", callLink: "Call link", bold: "Bold", italic: "Italic", list: "List",
    link: "Link", linkUrl: "Address", words: "Words", latitude: "Latitude", longitude: "Longitude", cardTitle: "Title",
    description: "Description", picture: "Picture", cancel: "Cancel", add: "Add", save: "Save {name} ({size})",
    notLoaded: "The file could not be loaded", openMap: "Open the map", recalled: "Taken back at {time}", deleted: "Deleted at {time}",
    recall: "Take back", delete: "Delete", readAt: "Read {time}", sent: "Sent", fileSize: "{name} is empty or larger than 24 MB",
    calls: "Calls", letters: "Call-back requests", ratings: "Ratings", call_audio: "Audio call", call_video: "Video call",
    callWaits: "waiting", callMine: "with you", callElsewhere: "with a colleague", takeCall: "Take call", refuseCall: "Refuse",
    hangUp: "Hang up", joinCall: "Speak", mute: "Mute", unmute: "Unmute", cameraOff: "Camera off", cameraOn: "Camera on",
    talkStarts: "Connecting…", talkWaits: "Waiting for the visitor", talkRuns: "Talking",
    noMicrophone: "The call cannot be taken: {why}", deviceForbidden: "this browser does not allow the microphone or the camera", deviceAbsent: "there is no microphone, or no camera", deviceBusy: "another program is using the microphone or the camera", mediaRefused: "The call cannot be spoken: {why}", talk: "Call with {name}",
    onlyLoopback: "This computer has no network but itself: browsers find no way for sound.", callNews: "{n} calls waiting", helped: "Helpful", notHelped: "Not helpful",
    cause_visitor: "Ended by the visitor", cause_agent: "Ended by the agent", cause_queue_timeout: "Nobody was free in time",
    cause_polling_stopped: "The visitor went away", cause_silence: "Closed after a silence",
  },
  zh: {
    desk: "客服工作台", entranceHint: "登录后即可回复本沙箱的访客。", yourName: "您的姓名",
    signIn: "登录", signOut: "退出", otherLanguage: "English", conversations: "会话列表",
    conversation: "会话", transcript: "聊天记录", nobody: "暂时没有会话，访客到来时会自动显示。",
    choose: "请在左侧选择一个会话。", back: "返回列表", accept: "接入", end: "结束",
    endQuestion: "确定结束此会话吗？访客会收到提示。", keep: "继续会话", reply: "回复",
    replyHint: "输入回复…", send: "发送", waiting: "排队中", mine: "进行中", colleagues: "同事接待中",
    robot: "机器人接待中", offline: "留言", ended: "已结束", signedOut: "您已退出登录。",
    trouble: "连接中断，正在重试…", isTyping: "{name} 正在输入…", unread: "{n} 条未读", news: "{n} 人排队",
    load: "{active} / {capacity}", place: "第 {n} 位", since: "{time} 起",
    servedBy: "由 {name} 接待", rated: "评分 {level} / 5", noRating: "未评价", queueOf: "队列 {name}",
    media: "[{media}]",
    kind_IMAGE: "图片", kind_AUDIO: "语音", kind_VIDEO: "视频", kind_DOCUMENT: "文档", kind_FILE: "文件",
    kind_FILE_IMAGE: "图片", kind_FILE_VIDEO: "视频", kind_LOCATE: "位置", kind_WEBCARD: "卡片", kind_EMOTICONS: "表情",
    attach: "发送文件", format: "文字格式", more: "更多…", callLink: "通话链接", bold: "粗体", italic: "斜体", list: "列表",
    link: "链接", linkUrl: "网址", words: "文字", latitude: "纬度", longitude: "经度", cardTitle: "标题",
    description: "说明", picture: "图片", cancel: "取消", add: "添加", save: "保存 {name}（{size}）",
    notLoaded: "文件无法加载", openMap: "打开地图", recalled: "已于 {time} 撤回", deleted: "已于 {time} 删除",
    recall: "撤回", delete: "删除", readAt: "{time} 已读", sent: "已发送", fileSize: "{name} 为空或超过 24 MB",
    calls: "通话", letters: "回电留言", ratings: "评价", call_audio: "语音通话", call_video: "视频通话",
    callWaits: "等待接听", callMine: "由您接听", callElsewhere: "由同事接听", takeCall: "接听", refuseCall: "拒接",
    hangUp: "挂断", joinCall: "通话", mute: "静音", unmute: "取消静音", cameraOff: "关闭摄像头", cameraOn: "打开摄像头",
    talkStarts: "正在连接…", talkWaits: "正在等待访客", talkRuns: "通话中",
    noMicrophone: "无法接听：{why}", deviceForbidden: "浏览器不允许使用麦克风或摄像头", deviceAbsent: "没有麦克风或摄像头", deviceBusy: "麦克风或摄像头正被其他程序使用", mediaRefused: "无法通话：{why}", talk: "与 {name} 通话",
    onlyLoopback: "本机没有其他网络接口，浏览器无法建立语音通道。", callNews: "{n} 个来电", helped: "有帮助", notHelped: "没有帮助",
    cause_visitor: "访客已结束", cause_agent: "客服已结束", cause_queue_timeout: "排队超时",
    cause_polling_stopped: "访客已离开", cause_silence: "长时间无消息，已关闭",
  },
};

const KEY = "frontdesk-sandbox-language";
let language = localStorage.getItem(KEY) ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const say = (key, values = {}) =>
  texts[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** The browser's own English, if it names one: some name none that `Intl` can read. */
const english = /^en(-[a-z0-9]+)*$/i.test(navigator.language) ? navigator.language : "en";

export const time = (ms) => {
  const date = new Date(ms);
  const today = date.toDateString() === new Date().toDateString();
  const form = today ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : english, form).format(date);
};

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem(KEY, language);
  translate();
}

/** Fills in every fixed text of the page. */
export function translate() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  for (const node of document.querySelectorAll("[data-title]")) node.title = say(node.dataset.title);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-lang]")) node.lang = language === "zh" ? "en" : "zh-CN";
}
