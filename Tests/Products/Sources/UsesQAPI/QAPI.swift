import QAPI
import QMPCore
import WireJSON

let command = BlockdevDel(nodeName: "disk0")
let state: RunState = .running

func arguments() -> JSONObject { command.arguments }
