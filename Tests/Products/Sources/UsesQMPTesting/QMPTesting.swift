import QMPClient
import QMPTesting

let fake = FakeQEMU.self
