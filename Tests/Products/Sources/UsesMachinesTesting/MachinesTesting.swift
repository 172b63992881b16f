import Machines
import MachinesTesting

let trait = MachineTrait.self
