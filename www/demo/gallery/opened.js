// How a session begins in the gallery.

const DAY = 86_400_000;

export const opened = (contact = { state: 'none' }, more = {}) => ({
  protocol: 1,
  session: 'gallery',
  expires_ms: Date.now() + DAY,
  visitor: { id: 'v', name: '' },
  contact,
  cursor: 0,
  offers: {
    robot: true,
    agent: true,
    text_max_bytes: 1024,
    files: { types: ['png', 'pdf', 'jpg', 'mp4'], max_bytes: 20_000_000, max_count: 5 },
    suggestions: true,
    leave_message: true,
    countries: ['CN'],
    hours: { zone: 'Asia/Shanghai', spans: [{ days: [1, 2, 3, 4, 5], from_min: 540, to_min: 1080 }, { days: [6], from_min: 600, to_min: 960 }] },
    ...more,
  },
});
