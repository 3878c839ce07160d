declare module 'aws4' {
  interface Request {
    service: string;
    region: string;
    signQuery: boolean;
    headers: Record<string, string>;
    path: string;
  }
  const aws4: { sign(request: Request, credentials: Record<string, string>): Request };
  export default aws4;
}
