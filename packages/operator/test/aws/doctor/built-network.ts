/** What the network of a recipe has become in moto, by id. */
export interface BuiltNetwork {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly publicSubnet: string;
  readonly routeTable: string;
  readonly publicRouteTable: string;
  readonly groups: {
    readonly functions: string;
    readonly proxy: string;
    readonly database: string;
    readonly endpoints: string;
  };
  readonly natGateway: string | undefined;
  readonly endpoints: Readonly<Record<string, string>>;
}
