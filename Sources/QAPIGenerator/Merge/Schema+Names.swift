import QAPISchema

typealias Definition = Schema.Definition
typealias EnumValue = Schema.EnumValue
typealias Member = Schema.Member
typealias Union = Schema.Union
typealias Branch = Schema.Branch
typealias Payload = Schema.Payload
typealias Command = Schema.Command
typealias TypeName = Schema.TypeName
