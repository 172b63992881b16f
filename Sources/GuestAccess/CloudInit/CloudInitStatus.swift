/// What cloud-init says about a boot: its progress, how it ended, and what went wrong in which module.
public struct CloudInitStatus: Hashable, Sendable {
    /// The progress of cloud-init.
    public enum State: String, Hashable, Sendable {
        /// It has not begun.
        case notRun = "not run"
        /// It is at work.
        case running
        /// It has ended and nothing failed.
        case done
        /// Done, but something that is not essential failed.
        case degraded
        /// It has ended, and something failed that it could not do without.
        case error
        /// Disabled in the image or on the kernel's command line, or no data source was found.
        case disabled
        /// The image has no cloud-init.
        case absent
    }

    /// One thing that went wrong.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The stage, as in `modules-config`; nil when cloud-init does not say.
        public let stage: String?
        /// The module, as in `package_update_upgrade_install`; nil if it was not a module.
        public let module: String?
        /// What went wrong, in cloud-init's words.
        public let message: String
        /// Whether cloud-init continued and calls it recoverable.
        public let isRecoverable: Bool

        /// Creates a problem; the parameters are its properties.
        public init(stage: String?, module: String?, message: String, isRecoverable: Bool) {
            self.stage = stage
            self.module = module
            self.message = message
            self.isRecoverable = isRecoverable
        }

        /// The message after its module or, without one, its stage: `module runcmd: …`.
        public var description: String {
            (module.map { "module \($0): " } ?? stage.map { "stage \($0): " } ?? "") + message
        }
    }

    /// How far cloud-init is, or how it ended.
    public var state: State
    /// Where the configuration came from, as in `DataSourceNoCloud [seed=/dev/vdb]`.
    public var dataSource: String?
    /// What went wrong; empty when nothing did.
    public var problems: [Problem]
    /// The relevant lines of cloud-init's logs, oldest first; empty when nothing went wrong.
    public var logLines: [String]
    /// What cloud-init's own status command adds, as in `Cloud-init disabled by cloud-init-generator`; nil where it was
    /// not asked.
    public var detail: String?

    /// Creates a status; the parameters are its properties.
    public init(
        state: State,
        dataSource: String? = nil,
        problems: [Problem] = [],
        logLines: [String] = [],
        detail: String? = nil,
    ) {
        self.state = state
        self.dataSource = dataSource
        self.problems = problems
        self.logLines = logLines
        self.detail = detail
    }

    /// Whether cloud-init has finished.
    public var hasEnded: Bool {
        switch state {
        case .notRun, .running: false
        case .done, .degraded, .error, .disabled, .absent: true
        }
    }
}
