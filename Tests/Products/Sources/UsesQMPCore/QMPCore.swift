import QMPCore
import WireJSON

let error = QMPError(.timedOut, "no answer")
