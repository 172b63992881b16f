import ArgumentParser
import Quantities

/// A size on the command line, as in `512M` or `4G`.
struct SizeArgument: ExpressibleByArgument {
    let size: ByteCount

    init?(argument: String) {
        guard let size = ByteCount(parsing: argument), size > .zero else { return nil }
        self.size = size
    }
}

/// A duration on the command line, as in `90s` or `2m`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(parsing: argument) else { return nil }
        self.duration = duration
    }

    /// In the form that can be typed.
    var defaultValueDescription: String {
        let seconds = Int(duration.seconds)
        return seconds >= 60 && seconds.isMultiple(of: 60) ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

/// A time limit on the command line: a duration that leaves some time.
struct TimeLimitArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(parsing: argument), duration > .zero else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { DurationArgument(duration).defaultValueDescription }
}
