// Stands in for the parts of JsSIP that a page does without: it does not register, subscribe, send messages or transfer.

module.exports = class {
  close() {}
  onTransportClosed() {}
};
