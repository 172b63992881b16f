// QMPClient
