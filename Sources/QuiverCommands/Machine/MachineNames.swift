import ArgumentParser

/// The names of a command for several machines.
struct MachineNames: ParsableArguments {
    @Argument(help: ArgumentHelp("The machines' names.", valueName: "name"))
    var names: [String]

    /// Each name once, in the order given.
    var each: [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
