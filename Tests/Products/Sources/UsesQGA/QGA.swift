import QGA
import QMPCore

let ping = GuestPing()
