import CloudInit
import QuiverErrors

func userData() -> String {
    var config = CloudConfig()
    config.hostname = "vm1"
    config.users = [.default]
    do {
        return try config.userData()
    } catch {
        return "\(error.message) \(error.category)"
    }
}

let findings: [SeedFinding] = SeedCheck.userData("#cloud-config\n")
