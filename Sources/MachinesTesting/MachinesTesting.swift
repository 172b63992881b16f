// MachinesTesting
