import YAML

/// What power_state in a user-data does to the machine when cloud-init has finished.
public struct PowerChange: Sendable, Hashable {
    /// What happens to the machine, by cloud-init's names.
    public enum Mode: String, Sendable, Hashable {
        /// The machine is switched off.
        case powerOff = "poweroff"
        /// The operating system stops and the machine stays on.
        case halt
        /// The machine restarts.
        case reboot
    }

    /// What happens to the machine.
    public var mode: Mode
    /// How long after cloud-init's end; a whole number of minutes.
    public var delay: Duration
    /// Whether it is left to the guest: a command there decides, or a template of which not all is known here.
    public var isConditional: Bool

    /// Creates a power change; by default it takes effect at once and whatever the guest says.
    public init(_ mode: Mode, delay: Duration = .zero, isConditional: Bool = false) {
        self.mode = mode
        self.delay = delay
        self.isConditional = isConditional
    }

    /// Reads `power_state` of the user-data's cloud-configs, the last of which counts.
    ///
    /// nil when none has one that takes effect: one without a mode, or whose condition is false, does not.
    public init?(userData: String) {
        let states = CloudConfigTexts(userData).items.compactMap { item -> (YAMLNode.Mapping, isTemplate: Bool)? in
            let config = (try? YAMLDocument.root(of: item.text))?.mapping
            return config?["power_state"]?.mapping.map { ($0, item.isTemplate) }
        }
        guard let (state, isTemplate) = states.last, let mode = state["mode"]?.string.flatMap(Mode.init) else {
            return nil
        }
        let condition = state["condition"]
        if condition?.bool == false { return nil }
        self.init(
            mode,
            delay: Self.delay(state["delay"]?.scalar?.string ?? "now"),
            isConditional: isTemplate || condition.map { $0.bool != true } == true,
        )
    }

    /// Reads `now`, `5` and `+5`, which count minutes.
    private static func delay(_ text: String) -> Duration {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        // More than a day is never useful; this also prevents an overflow.
        return .seconds(60 * min(max(0, Int(digits) ?? 0), 1440))
    }
}
